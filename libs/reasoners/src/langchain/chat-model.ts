import { z } from 'zod';

/*
 * What is used of a LangChain chat model (`BaseChatModel` of @langchain/core 1.x): `invoke` with messages, an `AIMessage` in return.
 * Looked at from outside, so that the package of any provider fits without being a dependency of ours.
 */
export interface ChatModel {
  invoke(input: unknown, options: { readonly signal: AbortSignal }): Promise<unknown>;
  withStructuredOutput?(schema: unknown, config: { readonly name: string; readonly includeRaw: true; readonly method: 'jsonSchema'; readonly strict: boolean }): Pick<ChatModel, 'invoke'>;
}

export type ChatModelClass = new (fields: Readonly<Record<string, unknown>>) => ChatModel;

const Block = z.object({ type: z.string(), text: z.string().optional() });

/** An `AIMessage`: its text, plain or in blocks, and what the provider says about it. */
export const AnswerMessage = z.object({
  content: z.union([z.string(), z.array(z.union([z.string(), Block]))]),
  tool_calls: z.array(z.object({ args: z.unknown() })).nullish(),
  usage_metadata: z.object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) }).nullish(),
  response_metadata: z.looseObject({ finish_reason: z.string().nullish(), stop_reason: z.string().nullish(), done_reason: z.string().nullish() }).nullish(),
});
export type AnswerMessage = z.infer<typeof AnswerMessage>;

/** Its words; where a class holds the model to a schema by a tool call, that call's arguments are the answer. Nothing is ever called. */
export function textOf({ content, tool_calls: calls }: AnswerMessage): string {
  const text = typeof content === 'string' ? content : content.map((block) => (typeof block === 'string' ? block : block.type === 'text' ? (block.text ?? '') : '')).join('');
  const [only] = calls ?? [];
  return text.trim() === '' && only !== undefined ? JSON.stringify(only.args) : text;
}

/** Providers have a word each for "it may not grow longer". */
export function wasCutOff({ response_metadata: about }: AnswerMessage): boolean {
  return [about?.finish_reason, about?.stop_reason, about?.done_reason].some((word) => typeof word === 'string' && /^(?:length|max_tokens|MAX_TOKENS)$/.test(word));
}
