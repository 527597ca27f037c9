/** PostgreSQL's numbers of the types, as pg_type has them on every server. */
export const uuidType = 2950;
export const byteaType = 17;

const headerBytes = 20;

/**
 * An array parameter in PostgreSQL's binary form, which the driver sends for a Buffer: the server takes the
 * elements as they are, instead of reading each of them from hexadecimal text. None of them is null.
 */
export function binaryArray(elementType: number, elements: readonly Buffer[]): Buffer {
  const bytes = elements.reduce((sum, element) => sum + 4 + element.length, headerBytes);
  const array = Buffer.allocUnsafe(bytes);
  array.writeInt32BE(elements.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(elementType, 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = headerBytes;
  for (const element of elements) {
    array.writeInt32BE(element.length, at);
    at += 4 + element.copy(array, at + 4);
  }
  return array;
}
