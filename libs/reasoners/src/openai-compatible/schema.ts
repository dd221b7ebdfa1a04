import { z } from 'zod';

/*
 * What `POST /chat/completions` answers, with the fields that are read here. Source: OpenAI's API reference (Chat Completions) and
 * the compatible endpoints of Ollama, vLLM and LocalAI. Servers differ in what they leave out, so little is required.
 */
export const Completion = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }), finish_reason: z.string().nullish() }))
    .min(1),
  usage: z.object({ prompt_tokens: z.int().min(0).nullish(), completion_tokens: z.int().min(0).nullish() }).nullish(),
});
