package io.openclaw.tokenbucket.autoconfigure;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithAuthentication;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.StringUtils;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bus;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * Makes connection factories of what is configured under {@code openclaw.crdt.buses}.
 * They are never started: replication opens connections of its own to where they point.
 */
final class BusFactories {

	private static final int MAX_NAME_LENGTH = 64;

	private final @Nullable SslBundles sslBundles;

	private final @Nullable ClientResources resources;

	BusFactories(@Nullable SslBundles sslBundles, @Nullable ClientResources resources) {
		this.sslBundles = sslBundles;
		this.resources = resources;
	}

	/**
	 * Makes a factory.
	 * @param property the property under which the bus is configured
	 * @param bus the bus
	 * @return what points to it
	 * @throws OpenClawConfigurationException if anything about the bus is wrong
	 */
	LettuceConnectionFactory create(String property, Bus bus) {
		boolean clustered = !bus.nodes().isEmpty();
		if (clustered == StringUtils.hasText(bus.url())) {
			throw new OpenClawConfigurationException(property + ".url", show(bus.url()),
					clustered ? "a bus has either a url or nodes, not both" : "it does not say where the Redis is",
					"Set url to the URL of a server or nodes to those of a cluster.");
		}
		RedisConfiguration server = clustered ? cluster(property + ".nodes", bus) : server(property + ".url", bus);
		authenticate(property, server, bus);
		LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder();
		if (this.resources != null) {
			client.clientResources(this.resources);
		}
		if (StringUtils.hasText(bus.url()) && uri(property + ".url", bus.url()).isSsl()) {
			client.useSsl();
		}
		if (StringUtils.hasText(bus.sslBundle())) {
			client.clientOptions(encrypted(bundle(property + ".ssl-bundle", bus.sslBundle()))).useSsl();
		}
		// Only this constructor has the factory tell where it points.
		return (server instanceof RedisStandaloneConfiguration standalone)
				? new LettuceConnectionFactory(standalone, client.build())
				: new LettuceConnectionFactory(server, client.build());
	}

	/**
	 * The name of a bus.
	 * @param property the property that names it
	 * @param bus the bus
	 * @param taken names of the buses before it, to which this is added
	 */
	static String name(String property, Bus bus, Set<String> taken) {
		String name = Checks.name(property,
				Checks.required(property, bus.name(), "Give the bus a name for endpoints and logs."), MAX_NAME_LENGTH);
		if (!taken.add(name)) {
			throw new OpenClawConfigurationException(property, name, "another bus has that name",
					"Choose another name than " + String.join(", ", new HashSet<>(taken)) + ".");
		}
		return name;
	}

	private static RedisConfiguration cluster(String property, Bus bus) {
		return checked(property, String.join(",", bus.nodes()), "it is not a list of nodes",
				"List nodes as host:port, such as redis-1:6379.", () -> new RedisClusterConfiguration(bus.nodes()));
	}

	private static RedisConfiguration server(String property, Bus bus) {
		RedisURI uri = uri(property, String.valueOf(bus.url()));
		return LettuceConnectionFactory.createRedisConfiguration(uri);
	}

	private static RedisURI uri(String property, String url) {
		return checked(property, show(url), "it is not the URL of a Redis",
				"Write it as redis://host:port, rediss://host:port or redis-sentinel://host:port/0#master.",
				() -> RedisURI.create(url));
	}

	private static void authenticate(String property, RedisConfiguration server, Bus bus) {
		if (StringUtils.hasText(bus.username()) && !StringUtils.hasText(bus.password())) {
			throw new OpenClawConfigurationException(property + ".username", bus.username(),
					"a user name needs a password", "Set password as well.");
		}
		if (server instanceof WithAuthentication login) {
			if (StringUtils.hasText(bus.username())) {
				login.setUsername(bus.username());
			}
			if (StringUtils.hasText(bus.password())) {
				login.setPassword(RedisPassword.of(bus.password()));
			}
		}
	}

	private SslBundle bundle(String property, String name) {
		String mend = "Define spring.ssl.bundle.jks.%1$s or spring.ssl.bundle.pem.%1$s.".formatted(name);
		if (this.sslBundles == null) {
			throw new OpenClawConfigurationException(property, name, "there are no SSL bundles", mend);
		}
		try {
			return this.sslBundles.getBundle(name);
		}
		catch (NoSuchSslBundleException ex) {
			throw new OpenClawConfigurationException(property, name, "there is no SSL bundle of that name", mend);
		}
	}

	private static ClientOptions encrypted(SslBundle bundle) {
		SslOptions.Builder ssl = SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory());
		if (bundle.getOptions().getCiphers() != null) {
			ssl.cipherSuites(bundle.getOptions().getCiphers());
		}
		if (bundle.getOptions().getEnabledProtocols() != null) {
			ssl.protocols(bundle.getOptions().getEnabledProtocols());
		}
		return ClientOptions.builder().sslOptions(ssl.build()).build();
	}

	private static <T> T checked(String property, @Nullable String shown, String reason, String mend,
			Supplier<T> parsed) {
		try {
			return parsed.get();
		}
		catch (IllegalArgumentException ex) {
			throw new OpenClawConfigurationException(property, shown, reason, mend);
		}
	}

	private static @Nullable String show(@Nullable String url) {
		return (url != null) ? url.substring(url.lastIndexOf('@') + 1) : null;
	}

}
