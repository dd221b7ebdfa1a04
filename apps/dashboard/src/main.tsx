import { render } from 'preact';
import { connection, follow } from './fleet-state.ts';
import { keepTime } from './parts/now.ts';
import { followRoute, route, type Route } from './route.ts';
import { FleetPage } from './views/fleet.tsx';
import { RequestPage } from './views/request.tsx';
import { RolloutsPage } from './views/rollouts.tsx';
import { TokenForm } from './views/token.tsx';
import { tokenWanted } from './token.ts';
import './style.css';

const CONNECTION = { connecting: 'connecting', live: 'live', lost: 'the hub does not answer; what you see may be old' } as const;

function Page({ where }: { readonly where: Route }) {
  if (where.page === 'request') return <RequestPage key={`${where.namespace}/${where.name}`} namespace={where.namespace} name={where.name} />;
  return where.page === 'rollouts' ? <RolloutsPage /> : <FleetPage show={where.show} />;
}

function App() {
  const where = route.value;
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header>
        <a class="brand" href="#/">
          <img src="/assets/icon.svg" alt="" width="24" height="24" /> Fleetmend
        </a>
        <nav aria-label="Pages">
          <a href="#/" aria-current={where.page === 'fleet' ? 'page' : undefined}>
            Fleet
          </a>
          <a href="#/rollouts" aria-current={where.page === 'rollouts' ? 'page' : undefined}>
            Policy
          </a>
        </nav>
        <span class={`connection ${connection.value}`} role="status">
          {CONNECTION[connection.value]}
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        {tokenWanted.value ? <TokenForm done={() => location.reload()} /> : <Page where={where} />}
      </main>
    </>
  );
}

followRoute();
keepTime();
follow();
const root = document.getElementById('app');
if (root) render(<App />, root);
