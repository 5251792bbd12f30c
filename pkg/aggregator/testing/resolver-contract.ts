import type { Test } from 'tap';
import { type FollowingResolver, ResolveError, type ServiceReference } from '../resolver/interface.ts';

/** A resolver, and the object by which it finds services. */
export interface ResolverHarness {
  readonly resolver: FollowingResolver;
  /** Says that service `svc` in namespace `ns` is at this host and listens there on its port 7443. */
  readonly place: (host: string) => void;
  /** Takes that back. */
  readonly remove: () => void;
  /** Stops what was started for the case. */
  readonly stop: () => Promise<void>;
}

/** A kind of resolver to be proved. */
export interface ResolverSubject {
  readonly start: () => Promise<ResolverHarness>;
  /** Whether the certificate may carry the name of the host, too. */
  readonly external: boolean;
}

const reference: ServiceReference = { namespace: 'ns', name: 'svc', port: 7443 };

/** Proves that a resolver keeps the contract of `FollowingResolver`. Every one of them runs it. */
export function runResolverContract(t: Test, name: string, { start, external }: ResolverSubject): void {
  const startFor = async (test: Test): Promise<ResolverHarness> => {
    const harness = await start();
    test.teardown(() => harness.stop());
    return harness;
  };
  void t.test(name, async (suite) => {
    await suite.test('finds IPv4, IPv6 and DNS hosts, and says which names certificates may carry', async (test) => {
      const { resolver, place } = await startFor(test);
      for (const host of ['192.0.2.7', '2001:db8::7', 'a.example', 'b.example.']) {
        place(host);
        const { addresses, serverNames, note } = resolver.resolve(reference);
        test.same(addresses, [{ host, port: 7443 }]);
        const hostName = host.replace(/(?<=[a-z])\.$/, '');
        test.same(serverNames, external ? ['svc.ns.svc', hostName] : ['svc.ns.svc']);
        test.equal(note, undefined);
      }
    });

    await suite.test('refuses a service that is not there, with the text that tools know', async (test) => {
      const { resolver, place } = await startFor(test);
      place('192.0.2.7');
      for (const other of [{ name: 'other' }, { namespace: 'other' }]) {
        const { name: wanted, namespace } = { ...reference, ...other };
        test.throws(() => resolver.resolve({ ...reference, ...other }), {
          name: ResolveError.name,
          reason: 'ServiceNotFound',
          message: new RegExp(`^service/${wanted} in "${namespace}" is not present: there is n.+; create .+`),
        });
      }
    });

    await suite.test('tells within the event which service has changed, until that is ended', async (test) => {
      const { resolver, place, remove } = await startFor(test);
      const seen: string[] = [];
      const unsubscribe = resolver.subscribe((key) => seen.push(`${key} ${resolveHost(resolver)}`));
      place('192.0.2.7');
      place('192.0.2.8');
      remove();
      test.same(seen.filter((each, index) => each !== seen[index - 1]).slice(-3), [
        'ns/svc 192.0.2.7',
        'ns/svc 192.0.2.8',
        'ns/svc nowhere',
      ]);
      unsubscribe();
      const before = seen.length;
      place('192.0.2.9');
      test.equal(seen.length, before);
    });

    await suite.test('waits for what is stored, but not longer than it is asked to', async (test) => {
      const { resolver } = await startFor(test);
      await resolver.waitForSync(AbortSignal.timeout(5000));
      await test.rejects(resolver.waitForSync(AbortSignal.abort(new Error('enough'))), { message: 'enough' });
    });
  });
}

function resolveHost(resolver: FollowingResolver): string {
  try {
    return resolver.resolve(reference).addresses[0]?.host ?? '';
  } catch {
    return 'nowhere';
  }
}
