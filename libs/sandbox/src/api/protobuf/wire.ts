/** One field as it stands on the wire. Source: protobuf.dev/programming-guides/encoding. */
export type WireField =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'fixed'; readonly value: Uint8Array }
  | { readonly number: number; readonly type: 'bytes'; readonly value: Uint8Array };

/** The fields of one message, in their order. @throws RangeError when the bytes end too early or hold a group */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const position = { at: 0 };
  while (position.at < bytes.length) {
    const tag = Number(varint(bytes, position));
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, type: 'varint', value: BigInt.asIntN(64, varint(bytes, position)) };
        break;
      case 1:
        yield { number, type: 'fixed', value: take(bytes, position, 8) };
        break;
      case 2:
        yield { number, type: 'bytes', value: take(bytes, position, Number(varint(bytes, position))) };
        break;
      case 5:
        yield { number, type: 'fixed', value: take(bytes, position, 4) };
        break;
      default:
        throw new RangeError(`field ${number} has wire type ${tag & 7}, which no kind of Kubernetes uses`);
    }
  }
}

/** The integers of a packed list. */
export function* packedVarints(bytes: Uint8Array): Generator<bigint> {
  const position = { at: 0 };
  while (position.at < bytes.length) yield BigInt.asIntN(64, varint(bytes, position));
}

function varint(bytes: Uint8Array, position: { at: number }): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[position.at];
    if (byte === undefined) throw new RangeError('the message ends inside a number');
    position.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number is longer than ten bytes');
}

function take(bytes: Uint8Array, position: { at: number }, length: number): Uint8Array {
  const end = position.at + length;
  if (end > bytes.length) throw new RangeError(`the message ends ${end - bytes.length} bytes too early`);
  const part = bytes.subarray(position.at, end);
  position.at = end;
  return part;
}
