import { list, message, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { userInfoMessage } from './user-info-protobuf.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const tokenReviewSpecMessage = message('TokenReviewSpec', {
  token: [1, 'string'],
  audiences: [2, list('string')],
});

const tokenReviewStatusMessage = message('TokenReviewStatus', {
  authenticated: [1, 'bool'],
  user: [2, userInfoMessage],
  error: [3, 'string'],
  audiences: [4, list('string')],
});

/** How `TokenReview` is written as protobuf. */
export const tokenReviewMessage: ProtobufMessage = message('TokenReview', {
  metadata: [1, objectMetaMessage],
  spec: [2, tokenReviewSpecMessage],
  status: [3, tokenReviewStatusMessage],
});
