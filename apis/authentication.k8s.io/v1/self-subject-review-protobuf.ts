import { message, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { userInfoMessage } from './user-info-protobuf.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const selfSubjectReviewStatusMessage = message('SelfSubjectReviewStatus', {
  userInfo: [1, userInfoMessage],
});

/** How `SelfSubjectReview` is written as protobuf. */
export const selfSubjectReviewMessage: ProtobufMessage = message('SelfSubjectReview', {
  metadata: [1, objectMetaMessage],
  status: [2, selfSubjectReviewStatusMessage],
});
