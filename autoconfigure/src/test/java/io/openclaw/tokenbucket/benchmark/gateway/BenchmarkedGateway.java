package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import io.openclaw.tokenbucket.benchmark.JavaProcess;
import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * A gateway in a process of its own, with a real Redis and a service in this process.
 */
final class BenchmarkedGateway implements AutoCloseable {

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private final RedisExtension redis = RedisExtension.embedded();

	private final DisposableServer upstream = HttpServer.create()
		.host("127.0.0.1")
		.port(0)
		.handle((request, response) -> response.sendString(Mono.just("served")))
		.bindNow();

	private final JavaProcess process;

	private final int port;

	/**
	 * Starts all of them, and waits until the gateway listens.
	 * @param options of the gateway's virtual machine, besides those of a small one
	 * @throws IOException if it does not start
	 */
	BenchmarkedGateway(List<String> options) throws IOException {
		this.redis.start();
		List<String> all = new ArrayList<>(JavaProcess.SMALL);
		all.addAll(options);
		this.process = JavaProcess.start(all, System.getProperty("java.class.path"), GatewayUnderLoad.class,
				List.of("--upstream=http://127.0.0.1:" + this.upstream.port(),
						"--spring.data.redis.host=" + this.redis.host(),
						"--spring.data.redis.port=" + this.redis.port()));
		this.port = Integer.parseInt(this.process.await(PORT).group(1));
	}

	RedisExtension redis() {
		return this.redis;
	}

	JavaProcess process() {
		return this.process;
	}

	int port() {
		return this.port;
	}

	@Override
	public void close() {
		this.process.close();
		this.upstream.disposeNow();
		this.redis.stop();
	}

}
