package io.openclaw.sample.regions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.web.reactive.function.server.RouterFunction;

import io.openclaw.sample.rating.RatingService;
import io.openclaw.sample.redis.EmbeddedRedis;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Three gateways in one process, each as if in a region of its own, on ports that follow
 * each other. One Redis carries what they tell each other, over a link for each region.
 * Their limit is strict unless the arguments say otherwise. Thread-safe once started.
 */
public final class Regions implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Regions.class);

	private static final List<String> NAMES = List.of("us-east-1", "eu-central-1", "ap-southeast-2");

	private static final String SERVER_PORT = "server.port";

	private static final String REDIS_PORT = "spring.data.redis.port";

	private static final int DEFAULT_PORT = 8080;

	// A bounded limit may go over while a link is slow or cut, and the page shows a
	// promise.
	private static final Map<String, Object> DEFAULTS = Map.of("openclaw.buckets.rating.consistency", "strict");

	private final List<ConfigurableApplicationContext> gateways = new ArrayList<>();

	private final List<Region> regions = new ArrayList<>();

	private final BurstLoad load = new BurstLoad();

	private final Promise promise = new Promise(System::nanoTime);

	private final RatingService upstream = new RatingService();

	private EmbeddedRedis redis;

	private volatile boolean redisRuns = true;

	private Regions(int redisPort) {
		this.redis = EmbeddedRedis.start(redisPort);
	}

	/**
	 * Starts Redis and the gateways, one after the other, and logs where they are.
	 * @param source the application class
	 * @param args arguments for each; {@code --server.port} is the first one's port, zero
	 * means any free ports; {@code --spring.data.redis.port} is where Redis is started,
	 * unless given on any free port
	 * @return the regions
	 */
	public static Regions start(Class<?> source, List<String> args) {
		SimpleCommandLinePropertySource given = new SimpleCommandLinePropertySource(args.toArray(String[]::new));
		Regions regions = new Regions(port(given, REDIS_PORT, 0));
		int first = port(given, SERVER_PORT, DEFAULT_PORT);
		for (String name : NAMES) {
			int port = (first != 0) ? first + regions.regions.size() : freePort();
			regions.regions.add(new Region(name, port, new RedisLink(regions.redis.port())));
		}
		regions.regions.forEach((region) -> regions.gateways.add(regions.run(source, region, args)));
		logger.info("{}", regions.describe());
		return regions;
	}

	private ConfigurableApplicationContext run(Class<?> source, Region region, List<String> args) {
		SpringApplication application = new SpringApplication(source);
		application.setDefaultProperties(DEFAULTS);
		application.addInitializers((context) -> context.getBeanFactory().addBeanPostProcessor(new OwnEventLoops()),
				(context) -> ((GenericApplicationContext) context).registerBean("regionsRoutes", RouterFunction.class,
						() -> new RegionsRoutes(this, context.getBean(TokenBucketLimiter.class)).routes()));
		List<String> arguments = new ArrayList<>(args);
		arguments.removeIf((arg) -> arg.startsWith("--" + SERVER_PORT) || arg.startsWith("--" + REDIS_PORT));
		arguments.add("--" + SERVER_PORT + "=" + region.port());
		arguments.add("--spring.data.redis.host=127.0.0.1");
		arguments.add("--" + REDIS_PORT + "=" + region.link().port());
		arguments.add("--openclaw.node.id=" + region.name());
		arguments.add("--openclaw.node.region=" + region.name());
		arguments.add("--sample.rating-service=" + this.upstream.url());
		arguments.add("--openclaw.console.extension=/regions.js");
		arguments.add("--openclaw.console.gateways=" + this.regions.stream()
			.map((each) -> each.url() + "/actuator/console/")
			.collect(Collectors.joining(",")));
		return application.run(arguments.toArray(String[]::new));
	}

	/**
	 * The gateways.
	 * @return in the order of their regions
	 */
	List<ConfigurableApplicationContext> gateways() {
		return List.copyOf(this.gateways);
	}

	List<Region> all() {
		return List.copyOf(this.regions);
	}

	Promise promise() {
		return this.promise;
	}

	Mono<BurstLoad.Burst> fire(Region region, int requests) {
		this.promise.begin();
		return this.load.fire(region, requests).doOnNext(this.promise::add);
	}

	void slow(Duration delay) {
		this.upstream.slow(delay);
	}

	Duration delay() {
		return this.upstream.delay();
	}

	boolean isRedisRunning() {
		return this.redisRuns;
	}

	synchronized void run(boolean running) {
		if (running == this.redisRuns) {
			return;
		}
		this.redisRuns = running;
		if (running) {
			this.redis = EmbeddedRedis.start(this.redis.port());
		}
		else {
			this.redis.stop();
		}
	}

	@Override
	public synchronized void close() {
		this.gateways.forEach(ConfigurableApplicationContext::close);
		this.regions.forEach((region) -> region.link().close());
		this.upstream.close();
		this.redis.stop();
	}

	private String describe() {
		StringBuilder table = new StringBuilder("Three gateways, one budget:%n".formatted());
		this.regions.forEach((region) -> table.append("  %-16s %s%n".formatted(region.name(), region.url())));
		return table.toString();
	}

	private static int port(SimpleCommandLinePropertySource args, String name, int otherwise) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(args);
		return environment.getProperty(name, Integer.class, otherwise);
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
