import t from 'tap';
import { toIdentitySettings } from './identity-settings.ts';
import { serveDefaults, type ServeOptions } from './serve-flags.ts';

const read = (options: Partial<ServeOptions> = {}) => toIdentitySettings({ ...serveDefaults, ...options });

t.test('defaults are those of upstream', async (t) => {
  t.strictSame(read(), {
    issuers: ['https://kubernetes.default.svc'],
    audiences: ['https://kubernetes.default.svc'],
    jwksURI: undefined,
    allowedNames: [],
    headers: {
      username: ['X-Remote-User'],
      uid: ['X-Remote-Uid'],
      group: ['X-Remote-Group'],
      extraPrefix: ['X-Remote-Extra-'],
    },
  });
});

t.test('lists have commas', async (t) => {
  const settings = read({
    serviceAccountIssuer: 'https://new.example.com, https://old.example.com',
    requestheaderAllowedNames: 'one,two',
    requestheaderUsernameHeaders: 'X-User,X-Login',
    serviceAccountJwksUri: 'https://keys.example.com/jwks',
  });
  t.match(settings, {
    issuers: ['https://new.example.com', 'https://old.example.com'],
    audiences: ['https://new.example.com', 'https://old.example.com'],
    allowedNames: ['one', 'two'],
    headers: { username: ['X-User', 'X-Login'], group: ['X-Remote-Group'] },
    jwksURI: 'https://keys.example.com/jwks',
  });
  t.same(read({ apiAudiences: 'api' }).audiences, ['api']);
  t.same(read({ serviceAccountIssuer: 'my-cluster' }).issuers, ['my-cluster'], 'an issuer need not be a URL');
});

t.test('what cannot be meant is refused', async (t) => {
  const cases: readonly [Partial<ServeOptions>, RegExp][] = [
    [{ requestheaderUsernameHeaders: 'X-User, ' }, /--requestheader-username-headers has an empty item/],
    [{ apiAudiences: 'a,a' }, /--api-audiences has an item twice/],
    [{ serviceAccountIssuer: 'a b:c' }, /contained a ":" but was not a valid URL/],
    [{ serviceAccountJwksUri: 'http://x' }, /--service-account-jwks-uri must be an https URL/],
  ];
  for (const [options, message] of cases) t.throws(() => read(options), { name: 'UsageError', message });
});
