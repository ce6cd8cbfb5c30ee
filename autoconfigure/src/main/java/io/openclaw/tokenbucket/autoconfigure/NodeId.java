package io.openclaw.tokenbucket.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.UUID;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The name of this gateway in the fleet.
 */
final class NodeId {

	private static final int MAX_LENGTH = 128;

	private static final int SUFFIX_LENGTH = 8;

	private NodeId() {
	}

	/**
	 * What is configured, or else {@code <host>-<server.port>}, with a random suffix for
	 * a port that is not known in advance.
	 * @param properties may name the node
	 * @param environment knows the port
	 * @return the name
	 */
	static String of(OpenClawProperties properties, Environment environment) {
		String configured = properties.node().id();
		if (StringUtils.hasText(configured)) {
			return Checks.name("openclaw.node.id", configured, MAX_LENGTH);
		}
		String port = environment.getProperty("server.port", "8080").strip();
		boolean known = StringUtils.hasLength(port) && !"0".equals(port) && !"-1".equals(port);
		return host() + "-" + (known ? port : UUID.randomUUID().toString().substring(0, SUFFIX_LENGTH));
	}

	private static String host() {
		try {
			String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
			return name.substring(0, Math.min(name.length(), MAX_LENGTH / 2)).replaceAll("[^a-z0-9._-]", "-");
		}
		catch (UnknownHostException ex) {
			return "localhost";
		}
	}

}
