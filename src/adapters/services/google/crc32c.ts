/** CRC-32C (RFC 9260, appendix A; polynomial 0x1EDC6F41, reflected), by which Google's services guard what is sent. */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** Whether `value` is the checksum of the bytes; in JSON, numbers of this size stand as texts. */
export function isChecksumOf(value: unknown, bytes: Uint8Array): boolean {
  return (typeof value === "string" || typeof value === "number") && String(value) === String(crc32c(bytes));
}
