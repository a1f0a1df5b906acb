/** Sequence numbers as keys: big-endian, so that keys sort as the numbers do. */
export const SEQ_BYTES = 8

/** 8 bytes, big-endian. */
export function seqBytes(seq: number): Uint8Array {
  const bytes = Buffer.alloc(SEQ_BYTES)
  bytes.writeBigUInt64BE(BigInt(seq))
  return bytes
}

/** The number that `seqBytes` wrote. */
export function seqOf(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, SEQ_BYTES).getBigUint64(0))
}
