// What the reading of images took: for the user, and for tests that nothing is read twice.

/** Sums that grow while images are read. */
export interface ReadCounts {
  layersRead: number;
  layersFromStore: number;
  imagesFromStore: number;
  /** Bytes of blobs as stored. */
  bytesRead: number;
}

/** Nothing was read yet. */
export function noReads(): ReadCounts {
  return { layersRead: 0, layersFromStore: 0, imagesFromStore: 0, bytesRead: 0 };
}
