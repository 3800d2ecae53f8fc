import { setPriority } from 'node:os';
import { benchHost } from './bench-host.js';
import { openConnection } from './http-connection.js';
import { recordedBoot } from './recorded-boot.js';
import { openTpmMaker } from './tpm-maker.js';

// A stranger in a process of its own: it knows the host's name, and signs with another key whatever the authority asks for.
const [port = '', host = '', count = '', akName = '', seconds = ''] = process.argv.slice(2);
const CONNECTIONS = 16;
const deadline = performance.now() + Number(seconds) * 1000;
/** Asking for a challenge costs as much as using it up: each is tried so often. */
const TRIES = 10;

/** Another machine's processor does a stranger's work: here it has to stand back. */
const standBack = (): void => {
  try {
    setPriority(19);
  } catch {
    // Not everywhere allowed; then it takes more from the server.
  }
};

/** Another address, where the system has more than one for itself. */
const address = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';

standBack();
const stranger = openTpmMaker().make('stranger');
const claimed = benchHost(host, stranger, recordedBoot('linux-secure-boot-ecdsa').evidence.bootLog);
const statuses = new Map<number, number>();
let sent = 0;

const attack = async (): Promise<void> => {
  const connection = await openConnection(Number(port), address);
  let forged = '';
  while (sent < Number(count) && performance.now() < deadline) {
    if (sent % TRIES === 0 || forged === '') {
      const answer = await connection.send('POST', `/v1/hosts/${host}/challenges`, JSON.stringify({ akName }));
      const { nonce = '00'.repeat(56) } = JSON.parse(answer.body) as { readonly nonce?: string };
      forged = claimed.evidence(nonce, stranger.quote).replace(claimed.akName, akName);
    }
    sent += 1;
    const { status } = await connection.send('POST', `/v1/hosts/${host}/attestations`, forged);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  connection.close();
};

await Promise.all(Array.from({ length: CONNECTIONS }, attack));
process.stdout.write(`${JSON.stringify(Object.fromEntries(statuses))}\n`);
