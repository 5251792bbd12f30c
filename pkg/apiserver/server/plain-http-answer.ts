import type { Socket } from 'node:net';

/** As Go's server says it, for whoever knows the sentence. */
const answer = 'HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** Milliseconds that a client has to read the answer and close. */
const lingerMs = 1000;

/** Tells a client that spoke plain HTTP to a TLS port what is wrong, and ends the connection. */
export function answerPlainHTTP(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer)).on('error', () => socket.destroy());
  // What the client still sends is read to its end: a connection that is closed over unread bytes takes the answer along.
  socket.resume().end(answer);
}
