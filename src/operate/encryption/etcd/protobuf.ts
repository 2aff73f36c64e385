// The wire format of protocol buffers, as far as etcd's messages need it. Positions are moved along in a cursor, so that nothing is made for each field.
// Format: https://protobuf.dev/programming-guides/encoding.

/** Where one reads in a buffer. After `field`, the field's number and either its value or where its bytes lie. */
export class ProtobufCursor {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
  /** Number of the field; 0 before the first and after a damaged one. */
  field = 0;
  /** Value of a varint field, exact up to 2^53; of others undefined behaviour is avoided by 0. */
  value = 0;
  /** Bytes of a length-delimited field; `from` is -1 for other kinds. */
  from = -1;
  to = -1;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Goes to the next field; false at the end and where the bytes are no field. `isDamaged` tells the two apart. */
  next(): boolean {
    this.field = 0;
    if (this.at >= this.end) return false;
    const tag = this.#varint();
    this.from = -1;
    switch (tag & 7) {
      case 0:
        this.value = this.#varint();
        break;
      case 1:
        this.at += 8;
        break;
      case 2: {
        const length = this.#varint();
        this.from = this.at;
        this.at += length;
        this.to = this.at;
        break;
      }
      case 5:
        this.at += 4;
        break;
      default:
        this.at = this.end + 1;
    }
    if (this.at > this.end) return false;
    this.field = tag >>> 3;
    return this.field > 0;
  }

  /** Whether the last `next` met bytes that are no field, or a field that reaches beyond the end. */
  get isDamaged(): boolean {
    return this.field === 0 && this.at !== this.end;
  }

  #varint(): number {
    const { bytes } = this;
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      if (this.at >= this.end) break;
      const byte = bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    this.at = this.end + 1;
    return 0;
  }
}
