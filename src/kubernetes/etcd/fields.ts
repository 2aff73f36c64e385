// Fields of etcd's JSON answers: protobuf's JSON form leaves out what is zero or empty and writes 64-bit numbers as text.
import { ServerError } from '../transport/server-error.ts';
import { isRecord, type JsonRecord } from './gateway.ts';

/** A whole number; 0 when it is left out. @throws ServerError `not-understood` for what is none, or beyond 2^53 */
export function numberField(record: JsonRecord, name: string): number {
  const value = record[name] ?? 0;
  const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw wrong(name);
  return number;
}

/** An id of 64 bits as decimal digits; `0` when it is left out. @throws ServerError `not-understood` */
export function idField(record: JsonRecord, name: string): string {
  const value = record[name] ?? '0';
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) throw wrong(name);
  return value;
}

/** Bytes; empty when they are left out. @throws ServerError `not-understood` */
export function bytesField(record: JsonRecord, name: string): Buffer {
  return Buffer.from(textField(record, name), 'base64');
}

/** Text; '' when it is left out. @throws ServerError `not-understood` */
export function textField(record: JsonRecord, name: string): string {
  const value = record[name] ?? '';
  if (typeof value !== 'string') throw wrong(name);
  return value;
}

/** Texts of a list. @throws ServerError `not-understood` */
export function textsField(record: JsonRecord, name: string): readonly string[] {
  const value = record[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrong(name);
  return value;
}

/** Records of a list. @throws ServerError `not-understood` */
export function recordsField(record: JsonRecord, name: string): readonly JsonRecord[] {
  const value = record[name] ?? [];
  if (!Array.isArray(value) || !value.every(isRecord)) throw wrong(name);
  return value;
}

/** A record; empty when it is left out. @throws ServerError `not-understood` */
export function recordField(record: JsonRecord, name: string): JsonRecord {
  const value = record[name] ?? {};
  if (!isRecord(value)) throw wrong(name);
  return value;
}

function wrong(name: string): ServerError {
  return new ServerError('not-understood', `an answer of etcd has a field "${name}" of another kind than etcd gives`);
}
