package io.openclaw.sample.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Finds out who listens on a port of the loopback interface.
 */
final class RedisProbe {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private RedisProbe() {
	}

	/**
	 * Whether a Redis server listens.
	 * @param port the port
	 * @return {@code false} if nobody listens
	 * @throws PortTakenException if something else does
	 */
	static boolean listens(int port) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TIMEOUT.toMillis());
			if (!answersAsRedis(socket)) {
				throw new PortTakenException(port);
			}
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static boolean answersAsRedis(Socket socket) {
		try {
			socket.setSoTimeout((int) TIMEOUT.toMillis());
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
			// a server that wants a password first is one too
			return answer.equals("+PONG") || answer.equals("-NOAU");
		}
		catch (IOException ex) {
			return false;
		}
	}

}
