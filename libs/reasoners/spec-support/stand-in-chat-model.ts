import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';

interface Fields {
  readonly baseURL: string;
  readonly model: string;
  readonly maxRetries: number;
}

/** A chat model as a provider's package would have it: asks the stand-in server over HTTP, and throws its status like one. */
export class StandInChatModel extends BaseChatModel {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    super(fields);
    this.#fields = fields;
  }

  override _llmType(): string {
    return 'stand-in';
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const { baseURL, model } = this.#fields;
    const body = { model, messages: messages.map((message) => ({ role: message.type === 'human' ? 'user' : message.type === 'ai' ? 'assistant' : message.type, content: message.content })) };
    const response = await fetch(`${baseURL}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...(options.signal === undefined ? {} : { signal: options.signal }) });
    if (!response.ok) throw Object.assign(new Error(`${response.status} from ${baseURL}`), { status: response.status, headers: response.headers });
    const { choices, usage } = (await response.json()) as { choices: { message: { content: string }; finish_reason: string }[]; usage?: { prompt_tokens: number; completion_tokens: number } };
    const [choice] = choices;
    const message = new AIMessage({
      content: choice?.message.content ?? '',
      response_metadata: { finish_reason: choice?.finish_reason },
      ...(usage === undefined ? {} : { usage_metadata: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens, total_tokens: usage.prompt_tokens + usage.completion_tokens } }),
    });
    return { generations: [{ text: choice?.message.content ?? '', message }] };
  }
}

/** No chat model at all. */
export class Unrelated {}
