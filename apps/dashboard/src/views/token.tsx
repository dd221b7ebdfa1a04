import { token, useToken } from '../token.ts';

/** Asks for a token of the hub cluster, where the hub wants one. The page shows what its owner may list there. */
export function TokenForm({ done }: { readonly done: () => void }) {
  const submit = (event: Event) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get('token');
    useToken(typeof given === 'string' ? given : '');
    done();
  };
  return (
    <form class="token" onSubmit={submit}>
      <h1>Who are you?</h1>
      <p>{token.value === '' ? 'This hub shows what you may list in its cluster.' : 'The hub’s cluster does not know this token, or not any more.'} Paste a token of yours; it stays in this tab.</p>
      <p>
        <code>kubectl create token NAME -n NAMESPACE</code> makes one for a ServiceAccount.
      </p>
      <label>
        Token <input type="password" name="token" autocomplete="off" required />
      </label>{' '}
      <button type="submit">Show</button>
    </form>
  );
}
