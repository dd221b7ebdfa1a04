// An image registry that holds nothing: every pull gets the answer that a real one gives to a wrong name or tag, and none
// leaves the machine. Started by the lab's node.
import { createServer } from 'node:http';

const NOTHING = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });

createServer((request, response) => {
  const isPing = request.url === '/v2/';
  response.writeHead(isPing ? 200 : 404, { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' });
  response.end(isPing ? '{}' : NOTHING);
}).listen(5999, '127.0.0.1');
