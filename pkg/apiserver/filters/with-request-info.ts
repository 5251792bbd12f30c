import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import { parseRequestInfo } from '../endpoints/request-info.ts';
import type { Filter } from '../server/filter.ts';

/** Parses what the request is about; everything further in goes by it. */
export function withRequestInfo(): Filter {
  return {
    name: 'request-info',
    async run(context, next) {
      try {
        context.info = parseRequestInfo(context);
      } catch (error) {
        throw error instanceof TypeError ? newBadRequest(error.message) : error;
      }
      await next();
    },
  };
}
