package io.openclaw.sample.regions;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Lets the page of one region break and mend all regions. Immutable.
 */
final class RegionsRoutes {

	private static final String LIMIT = "rating";

	private static final int MAX_REQUESTS = 5_000;

	private static final int MAX_DELAY_MILLIS = 10_000;

	private final Regions regions;

	private final TokenBucketLimiter limiter;

	RegionsRoutes(Regions regions, TokenBucketLimiter limiter) {
		this.regions = regions;
		this.limiter = limiter;
	}

	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET("/regions", (request) -> ServerResponse.ok().bodyValue(view()))
			.POST("/regions/{name}/burst", (request) -> at(request, (region) -> burst(region, request)))
			.POST("/regions/{name}/link", (request) -> at(request, (region) -> {
				region.link().cut(flag(request, "cut"));
				return ServerResponse.ok().bodyValue(view());
			}))
			.POST("/upstream", (request) -> {
				this.regions.slow(Duration.ofMillis(number(request, "delayMillis", MAX_DELAY_MILLIS)));
				return ServerResponse.ok().bodyValue(view());
			})
			.POST("/redis", (request) -> {
				this.regions.run(flag(request, "running"));
				return ServerResponse.ok().bodyValue(view());
			})
			.build();
	}

	private Mono<ServerResponse> burst(Region region, ServerRequest request) {
		return this.regions.fire(region, number(request, "requests", MAX_REQUESTS))
			.flatMap((burst) -> ServerResponse.ok().bodyValue(burst));
	}

	private Mono<ServerResponse> at(ServerRequest request, Function<Region, Mono<ServerResponse>> action) {
		return this.regions.all()
			.stream()
			.filter((region) -> region.name().equals(request.pathVariable("name")))
			.findFirst()
			.map(action)
			.orElseGet(() -> ServerResponse.notFound().build());
	}

	private RegionsView view() {
		List<RegionView> views = this.regions.all()
			.stream()
			.map((region) -> new RegionView(region.name(), region.url(), region.link().isCut()))
			.toList();
		return new RegionsView(views, this.regions.isRedisRunning(), this.regions.delay().toMillis(),
				this.regions.promise().kept(this.limiter.policy(LIMIT).limit()));
	}

	private static boolean flag(ServerRequest request, String name) {
		return request.queryParam(name).map(Boolean::parseBoolean).orElse(true);
	}

	private static int number(ServerRequest request, String name, int most) {
		int asked = request.queryParam(name)
			.filter((value) -> value.matches("\\d{1,6}"))
			.map(Integer::parseInt)
			.orElse(0);
		return Math.min(asked, most);
	}

	/**
	 * Everything that can be broken, and whether it is. Immutable.
	 *
	 * @param regions the regions
	 * @param redis whether Redis runs
	 * @param delayMillis how long the upstream takes
	 * @param promise what was admitted beside what may be
	 */
	record RegionsView(List<RegionView> regions, boolean redis, long delayMillis, Promise.Kept promise) {
	}

	/**
	 * One region. Immutable.
	 *
	 * @param name the name
	 * @param url its gateway
	 * @param cut whether its link to Redis is cut
	 */
	record RegionView(String name, String url, boolean cut) {
	}

}
