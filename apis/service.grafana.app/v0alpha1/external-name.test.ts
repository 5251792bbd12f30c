import t from 'tap';
import { toFieldErrorMessage } from '../../../pkg/apimachinery/validation/field-error.ts';
import { backendAnnotations, type BackendPlace, readBackendAnnotations } from './backend-annotations.ts';
import { validateExternalName } from './external-name-validation.ts';
import { externalNameKind } from './external-name.ts';

const { url, unixSocket, tlsServerName, caFile } = backendAnnotations;

function faultsOf(host: string): string[] {
  const object = { apiVersion: 'service.grafana.app/v0alpha1', kind: 'ExternalName', metadata: {}, spec: { host } };
  return validateExternalName(object).map((error) => toFieldErrorMessage(error));
}

t.test('names and addresses are accepted as a person would write them', async (t) => {
  for (const host of [
    'localhost',
    'a.example.com',
    'a.example.com.',
    '127.0.0.1',
    '::1',
    'fd00::7',
    '3scale.example',
    'xn--bcher-kva.example',
  ]) {
    t.same(faultsOf(host), [], host);
  }
});

t.test('each mistake is told with what to write instead', async (t) => {
  const port = "and 443 into the APIService's spec.service.port";
  const cases: readonly [string, readonly string[]][] = [
    ['', ['spec.host: Required value: put the DNS name or IP address of the service here, such as "127.0.0.1"']],
    ['https://x', ['must be a host name or IP address without a scheme; put "x" here']],
    ['x:443', [`must be a host name or IP address without a port; put "x" here ${port}`]],
    ['x:', ['must be a host name or IP address without a port; put "x" here']],
    ['x/apis', ['must be a host name or IP address without a path; put "x" here']],
    ['x?a=b', ['must be a host name or IP address without a path; put "x" here']],
    ['user:secret@x', ['must be a host name or IP address without a user; put "x" here']],
    [' x ', ['must not contain spaces; put "x" here']],
    ['[::1]', ['must be an IP address without brackets; put "::1" here']],
    [
      '[::1]:443',
      [
        `must be a host name or IP address without a port; put "::1" here ${port}`,
        'must be an IP address without brackets; put "::1" here',
      ],
    ],
    [
      'https://x:443/y',
      [
        'must be a host name or IP address without a scheme; put "x" here',
        'must be a host name or IP address without a path; put "x" here',
        `must be a host name or IP address without a port; put "x" here ${port}`,
      ],
    ],
    ['Example.com', ['must be lower case; put "example.com" here']],
    ['HTTPS://Example.com', ['must be a host name or IP address without a scheme; put "example.com" here']],
    ['127.0.0.256', ['looks like an IPv4 address but is not one; write four numbers from 0 to 255']],
    ['127.1', ['looks like an IPv4 address but is not one; write four numbers from 0 to 255']],
    ['1::2::3', ['looks like an IPv6 address but is not one']],
    ['fe80::1%eth0', ['must be without a zone; a link-local address cannot be used']],
  ];
  for (const [host, details] of cases) {
    const prefix = host === '' ? '' : `spec.host: Invalid value: ${JSON.stringify(host)}: `;
    t.same(
      faultsOf(host),
      details.map((detail) => prefix + detail),
      host,
    );
  }
  for (const host of ['a_b', '-a', 'a..b', '.', 'a.example..', 'bücher.example', 'https://', 'a'.repeat(300)]) {
    t.not(faultsOf(host).length, 0, host.slice(0, 20));
  }
});

function placeOf(annotations: Record<string, string>, host = 'a.example') {
  const metadata = { annotations };
  return readBackendAnnotations({ apiVersion: '', kind: '', metadata, spec: { host } });
}

t.test('annotations say what a host cannot', async (t) => {
  const cases: readonly [Record<string, string>, BackendPlace, string?][] = [
    [{}, {}],
    [{ 'example.com/url': 'x' }, {}],
    [{ [url]: 'https://a.example' }, { port: 443 }],
    [{ [url]: 'https://a.example/' }, { port: 443 }],
    [{ [url]: 'https://a.example:8443/base/' }, { port: 8443, pathPrefix: '/base' }],
    [{ [url]: 'https://a.example/b%2Fc' }, { port: 443, pathPrefix: '/b%2Fc' }],
    [{ [url]: 'http://a.example/b' }, { scheme: 'http', port: 80, pathPrefix: '/b' }],
    [{ [url]: 'http://[::1]:8080' }, { scheme: 'http', port: 8080 }, '::1'],
    [{ [unixSocket]: '/run/a/s.sock' }, { socketPath: '/run/a/s.sock' }],
    [
      { [tlsServerName]: 'b.example', [caFile]: '/etc/ca.pem' },
      { serverName: 'b.example', caFile: '/etc/ca.pem' },
    ],
    [{ [tlsServerName]: '192.0.2.1' }, { serverName: '192.0.2.1' }],
  ];
  for (const [annotations, place, host] of cases) {
    t.same(placeOf(annotations, host), { place, errors: [] }, JSON.stringify(annotations));
  }
});

t.test('each mistake in an annotation is told with its field', async (t) => {
  const cases: readonly [Record<string, string>, string][] = [
    [{ [url]: 'a.example' }, 'must be a URL such as "https://a.example:8443/base"'],
    [{ [url]: 'ftp://a.example' }, 'must be a URL such as "https://a.example:8443/base"'],
    [{ [url]: 'https:a.example' }, 'must be a URL such as "https://a.example:8443/base"'],
    [{ [url]: '' }, 'must be a URL such as "https://a.example:8443/base"'],
    [{ [url]: 'https://b.example' }, 'must have the host of spec.host, "a.example"'],
    [{ [url]: 'https://u:p@a.example' }, 'must not hold a user or a password'],
    [{ [url]: 'https://a.example/?x=y' }, 'must not hold a query or a fragment'],
    [{ [url]: 'https://a.example#x' }, 'must not hold a query or a fragment'],
    [{ [url]: 'https://a.example/b/../c' }, 'must have its path as it is sent: "/c"'],
    [{ [url]: 'https://a.example/b c' }, 'must have its path as it is sent: "/b%20c"'],
    [{ [url]: 'https://a.example/b//c' }, 'must not have empty segments in its path'],
    [{ [unixSocket]: 'run/s' }, 'must be an absolute path'],
    [{ [unixSocket]: '/run/../s' }, 'must be without detours: "/s"'],
    [{ [unixSocket]: `/${'x'.repeat(110)}` }, 'may not be more than 103 bytes'],
    [{ [caFile]: 'ca.pem' }, 'must be an absolute path'],
    [{ [tlsServerName]: 'b.example.' }, 'must be without a dot at its end'],
    [{ [tlsServerName]: 'https://b' }, 'must be a host name or IP address without a scheme; put "b" here'],
  ];
  for (const [annotations, detail] of cases) {
    const [key = '', value] = Object.entries(annotations)[0] ?? [];
    const { errors } = placeOf(annotations);
    const expected = `metadata.annotations[${key}]: Invalid value: ${JSON.stringify(value)}: ${detail}`;
    t.same(errors.map(toFieldErrorMessage), [expected]);
  }
  const plain = placeOf({ [url]: 'http://a.example', [tlsServerName]: 'b.example', [caFile]: '/ca' });
  t.same(plain.errors.map(toFieldErrorMessage), [
    `metadata.annotations[${tlsServerName}]: Forbidden: the URL says http, which has no TLS`,
    `metadata.annotations[${caFile}]: Forbidden: the URL says http, which has no TLS`,
  ]);
  const misspelt = placeOf({ 'service.tributary.dev/uri': 'x' });
  t.match(misspelt.errors.map(toFieldErrorMessage), [
    /^metadata\.annotations: Unsupported value: .*uri.*supported values/,
  ]);
  const faults = validateExternalName({ apiVersion: '', kind: '', metadata: { annotations: { [url]: 'x' } } });
  t.equal(faults.length, 2, 'beside those of the spec');
});

t.test('a host of any length is judged at once', async (t) => {
  const startedAt = performance.now();
  for (const host of [
    '-'.repeat(100_000),
    ':'.repeat(100_000),
    ' '.repeat(100_000),
    'a@'.repeat(50_000),
    '['.repeat(100_000),
  ])
    faultsOf(host);
  t.ok(performance.now() - startedAt < 5000);
});

t.test('the kind counts generations and shows the host', async (t) => {
  t.not(externalNameKind.tracksGeneration, false);
  const object = { apiVersion: '', kind: '', metadata: {}, spec: { host: 'x' } };
  t.same(
    externalNameKind.columns?.map(({ name }) => name),
    ['Host', 'Age'],
  );
  t.equal(externalNameKind.columns?.[0]?.cell(object, 0), 'x');
});
