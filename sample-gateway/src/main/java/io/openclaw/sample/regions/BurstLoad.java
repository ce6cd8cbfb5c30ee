package io.openclaw.sample.regions;

import io.netty.handler.codec.http.HttpResponseStatus;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Sends requests of one caller to a gateway as fast as it answers. Thread-safe.
 */
final class BurstLoad {

	/** The caller whose budget all bursts spend. */
	static final String API_KEY = "burst";

	private static final int AT_ONCE = 32;

	private final HttpClient client = HttpClient.create().headers((headers) -> headers.set("X-API-Key", API_KEY));

	/**
	 * Sends.
	 * @param region where to
	 * @param requests how many
	 * @return how many were answered how
	 */
	Mono<Burst> fire(Region region, int requests) {
		return Flux.range(0, requests).flatMap((i) -> status(region), AT_ONCE).reduce(new Burst(0, 0, 0), Burst::plus);
	}

	private Mono<Integer> status(Region region) {
		return this.client.get()
			.uri("http://127.0.0.1:" + region.port() + "/rate")
			.responseSingle((response, body) -> body.asByteArray().thenReturn(response.status().code()))
			.onErrorReturn(0);
	}

	/**
	 * How the requests of a burst were answered. Immutable.
	 *
	 * @param admitted with 200
	 * @param rejected with 429
	 * @param failed in any other way
	 */
	record Burst(long admitted, long rejected, long failed) {

		Burst plus(int status) {
			if (status == HttpResponseStatus.OK.code()) {
				return new Burst(this.admitted + 1, this.rejected, this.failed);
			}
			if (status == HttpResponseStatus.TOO_MANY_REQUESTS.code()) {
				return new Burst(this.admitted, this.rejected + 1, this.failed);
			}
			return new Burst(this.admitted, this.rejected, this.failed + 1);
		}

	}

}
