import type { Definitions } from '../definition.ts';

/** Definition of the answer of `/version`. */
export const versionDefinitions: Definitions = {
  'io.k8s.apimachinery.pkg.version.Info': {
    description: "Info contains versioning information. how we'll want to distribute that information.",
    type: 'object',
    required: [
      'major',
      'minor',
      'gitVersion',
      'gitCommit',
      'gitTreeState',
      'buildDate',
      'goVersion',
      'compiler',
      'platform',
    ],
    properties: {
      buildDate: { type: 'string', default: '' },
      compiler: { type: 'string', default: '' },
      emulationMajor: { description: 'EmulationMajor is the major version of the emulation version', type: 'string' },
      emulationMinor: { description: 'EmulationMinor is the minor version of the emulation version', type: 'string' },
      gitCommit: { type: 'string', default: '' },
      gitTreeState: { type: 'string', default: '' },
      gitVersion: { type: 'string', default: '' },
      goVersion: { type: 'string', default: '' },
      major: { description: 'Major is the major version of the binary version', type: 'string', default: '' },
      minCompatibilityMajor: {
        description: 'MinCompatibilityMajor is the major version of the minimum compatibility version',
        type: 'string',
      },
      minCompatibilityMinor: {
        description: 'MinCompatibilityMinor is the minor version of the minimum compatibility version',
        type: 'string',
      },
      minor: { description: 'Minor is the minor version of the binary version', type: 'string', default: '' },
      platform: { type: 'string', default: '' },
    },
  },
};
