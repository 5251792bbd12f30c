import { list, mapOf, message, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';

/** Who a user is. */
export const userInfoMessage: ProtobufMessage = message('UserInfo', {
  username: [1, 'string'],
  uid: [2, 'string'],
  groups: [3, list('string')],
  extra: [4, mapOf('strings')],
});
