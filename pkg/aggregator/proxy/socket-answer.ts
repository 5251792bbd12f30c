import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Status } from '../../../apis/meta/v1/types.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { toStatusAnswer } from './answer-failure.ts';
import type { ResponseHead } from './client-response.ts';

/** Milliseconds that a client has to take a final answer and to close its side. */
const farewellMs = 10_000;

/** Writes the head of an answer onto a connection that Node's server has given up. */
export function writeSocketHead(socket: Duplex, { status, reason, lines }: ResponseHead): void {
  let text = `HTTP/1.1 ${status} ${reason === '' ? (STATUS_CODES[status] ?? '') : reason}\r\n`;
  for (let index = 0; index < lines.length; index += 2) text += `${lines[index]}: ${lines[index + 1]}\r\n`;
  socket.write(`${text}\r\n`, 'latin1');
}

/** Answers with a `Status` on such a connection, and closes it. */
export function answerStatusOnSocket(context: RequestContext, socket: Duplex, status: Status): void {
  const answer = toStatusAnswer(context, status);
  writeSocketHead(socket, { status: answer.status, reason: '', lines: [...answer.lines, 'Connection', 'close'] });
  socket.write(answer.body);
  closeGently(socket);
}

/** Ends a connection after everything has been sent, reading on so that unread bytes do not turn the end into a reset. */
export function closeGently(socket: Duplex): void {
  (socket as Socket).setTimeout(farewellMs, () => socket.destroy());
  socket.once('end', () => socket.destroy());
  socket.end();
  socket.resume();
}
