import { render } from 'preact';
import { connection, follow } from './fleet-state.ts';
import { keepTime } from './parts/now.ts';
import { followRoute, route } from './route.ts';
import { FleetPage } from './views/fleet.tsx';
import { RequestPage } from './views/request.tsx';
import './style.css';

const CONNECTION = { connecting: 'connecting', live: 'live', lost: 'the hub does not answer; what you see may be old' } as const;

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
        <span class={`connection ${connection.value}`} role="status">
          {CONNECTION[connection.value]}
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        {where.page === 'request' ? <RequestPage key={`${where.namespace}/${where.name}`} namespace={where.namespace} name={where.name} /> : <FleetPage show={where.show} />}
      </main>
    </>
  );
}

followRoute();
keepTime();
follow();
const root = document.getElementById('app');
if (root) render(<App />, root);
