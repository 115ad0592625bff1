import { postFor, allOf, meetChannels, startSending } from './stage';

// Gavel's outbox in a separate process that can be killed: puts a post for each channel, then keeps sending until it is stopped.

async function main(): Promise<void> {
  const [folder = '', serviceUrl = '', count = '0'] = process.argv.slice(2);
  const instance = startSending({ folder });
  if (Number(count) > 0) {
    await meetChannels(instance, serviceUrl, Number(count));
    for (const number of allOf(Number(count))) await instance.outbox.put(postFor(number));
  }
  console.log('ready');
  process.once('SIGTERM', () => void instance.stop().then(() => process.exit(0)));
  process.on('disconnect', () => process.exit(1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
