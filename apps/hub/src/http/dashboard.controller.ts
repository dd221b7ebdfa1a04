import { Controller, Get, Inject, NotFoundException, Param, Res } from '@nestjs/common';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';

interface Reply {
  header(name: string, value: string): Reply;
  type(contentType: string): Reply;
  send(body: Buffer): void;
}

/** Nothing from elsewhere, nothing inline: what an attacker writes into a log line can be text on this page and nothing else. */
const PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The dashboard: one page and its two or three files. */
@Controller()
export class DashboardController {
  readonly #parts: HubParts;

  constructor(@Inject(HUB_PARTS) parts: HubParts) {
    this.#parts = parts;
  }

  @Get()
  index(@Res() reply: Reply): void {
    this.#send('index.html', reply);
  }

  @Get('assets/:file')
  asset(@Param('file') file: string, @Res() reply: Reply): void {
    this.#send(`assets/${file}`, reply);
  }

  #send(path: string, reply: Reply): void {
    const file = this.#parts.pages.get(path);
    if (!file) throw new NotFoundException(path === 'index.html' ? 'this hub runs without a dashboard: set hub.http.dashboard; the API is at /api/requests' : `there is no ${path}`);
    reply.header('content-security-policy', PAGE_POLICY).type(file.type).send(file.body);
  }
}
