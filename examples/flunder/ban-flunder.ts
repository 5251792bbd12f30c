import type { AdmissionHook } from 'tributary/apiserver';
import { newForbidden } from 'tributary/apimachinery';
import type { Storage } from 'tributary/storage';
import type { Fischer } from './fischer.ts';

/** Refuses flunders whose name a fischer disallows: an admission hook that looks at other objects. */
export function newBanFlunder(storage: Storage): AdmissionHook {
  return {
    name: 'BanFlunder',
    async validate({ operation, kind, name }) {
      if (operation !== 'CREATE' || kind.kind !== 'Flunder') return;
      const { items } = await storage.list('wardle.example.com/fischers/');
      const by = (items as readonly Fischer[]).find(({ disallowedFlunders = [] }) => disallowedFlunders.includes(name));
      if (by === undefined) return;
      const resource = { group: kind.group, resource: kind.plural };
      throw newForbidden(resource, name, `this name may not be used, fischer "${by.metadata.name}" disallows it`);
    },
  };
}
