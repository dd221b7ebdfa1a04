/** What a made-up policy answers when it is asked: a result set, a trap, or never. */
export type FixtureAnswer = 'loops' | 'traps' | { readonly results: unknown };

export interface WasmFixture {
  readonly builtins?: Readonly<Record<string, number>>;
  readonly entrypoints?: Readonly<Record<string, number>>;
  readonly answer: FixtureAnswer;
}

const I32 = 0x7f;
const AT = { builtins: 1024, entrypoints: 2048, results: 4096, heap: 16_384 } as const;

/**
 * A policy in OPA's WebAssembly ABI (version 1.2), written byte by byte: for specs that need one which `opa build` would not make.
 * Source of the ABI: OPA's documentation, page "WebAssembly". Source of the encoding: the WebAssembly core specification, chapter 5.
 */
export function wasmFixture({ builtins = {}, entrypoints = { 'remediation/gate/decision': 0 }, answer }: WasmFixture): Uint8Array<ArrayBuffer> {
  const results = typeof answer === 'object' ? answer.results : [];
  const evaluate = answer === 'loops' ? [0x03, 0x40, 0x0c, 0, 0x0b, 0x00] : answer === 'traps' ? [0x00] : constant(AT.results);
  const functions: readonly (readonly [name: string, parameters: number, results: number, body: readonly number[]])[] = [
    ['builtins', 0, 1, constant(AT.builtins)],
    ['entrypoints', 0, 1, constant(AT.entrypoints)],
    ['opa_heap_ptr_get', 0, 1, constant(AT.heap)],
    ['opa_heap_ptr_set', 1, 0, []],
    ['opa_malloc', 1, 1, constant(AT.heap)],
    ['opa_json_parse', 2, 1, constant(1)],
    ['opa_json_dump', 1, 1, [0x20, 0]],
    ['opa_eval', 7, 1, evaluate],
  ];
  const sections = [
    section(1, vector(functions.map(([, parameters, returned]) => [0x60, ...vector(repeat(parameters)), ...vector(repeat(returned))]))),
    section(2, vector([[...text('env'), ...text('memory'), 2, 0, 1]])),
    section(3, vector(functions.map((_, index) => leb(index)))),
    section(6, vector([1, 2].map((version) => [I32, 0, ...constant(version), 0x0b]))),
    section(
      7,
      vector([
        [...text('opa_wasm_abi_version'), 3, 0],
        [...text('opa_wasm_abi_minor_version'), 3, 1],
        ...functions.map(([name], index) => [...text(name), 0, ...leb(index)]),
      ]),
    ),
    section(10, vector(functions.map(([, , , body]) => sized([0, ...body, 0x0b])))),
    section(11, vector([data(AT.builtins, builtins), data(AT.entrypoints, entrypoints), data(AT.results, results)])),
  ];
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const rest = value >>> 7;
  return rest === 0 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...leb(rest)];
}

/** `i32.const`, whose operand is signed: one more byte where the sign bit would be set. */
function constant(value: number): number[] {
  const bytes = leb(value);
  const last = bytes.at(-1) ?? 0;
  return [0x41, ...((last & 0x40) === 0 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0])];
}

const repeat = (times: number): number[][] => Array.from({ length: times }, () => [I32]);
const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)];
const text = (value: string): number[] => sized([...new TextEncoder().encode(value)]);
const data = (address: number, value: unknown): number[] => [0, ...constant(address), 0x0b, ...text(`${JSON.stringify(value)}\0`)];
