import type { GoServer } from '../../build/go-server.ts';

/** v1.27 needs modules that the module proxy does not hold. SQLite needs CGO. */
export const gitea: GoServer = {
  name: 'gitea',
  module: 'code.gitea.io/gitea',
  version: 'v1.26.0',
  package: 'code.gitea.io/gitea',
  binaries: ['gitea'],
  tags: ['sqlite', 'sqlite_unlock_notify'],
  cgo: true,
  ldflags: ['-X main.Version=1.26.0'],
  share: ['options', 'templates', 'public'],
  coldSeconds: 245,
};
