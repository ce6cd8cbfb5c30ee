package io.openclaw.tokenbucket.observability.endpoint.web;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.ServerWebExchange;

/**
 * The paths of the writable endpoints, as configured. Thread-safe.
 */
public final class EndpointPaths {

	private static final List<EndpointId> ENDPOINTS = List.of(EndpointId.of("tokenbuckets"),
			EndpointId.of("tokenbucketsnapshot"));

	private final Supplier<List<Location>> locations;

	/**
	 * Creates the paths.
	 * @param endpoints all endpoints; asked once, with the first request
	 */
	public EndpointPaths(Supplier<@Nullable PathMappedEndpoints> endpoints) {
		this.locations = SingletonSupplier.of(() -> locate(endpoints.get()));
	}

	/**
	 * The endpoint that a request is meant for.
	 * @param exchange the request
	 * @return its id; empty if it is none of ours
	 */
	Optional<EndpointId> endpointOf(ServerWebExchange exchange) {
		String path = exchange.getRequest().getPath().pathWithinApplication().value();
		return Objects.requireNonNull(this.locations.get())
			.stream()
			.filter((location) -> location.covers(path))
			.map(Location::id)
			.findFirst();
	}

	private static List<Location> locate(@Nullable PathMappedEndpoints endpoints) {
		if (endpoints == null) {
			return List.of();
		}
		return ENDPOINTS.stream()
			.map((id) -> new Location(id, endpoints.getPath(id)))
			.filter((location) -> location.path() != null)
			.toList();
	}

	private record Location(EndpointId id, @Nullable String path) {

		boolean covers(String requested) {
			return requested.equals(this.path) || requested.startsWith(this.path + "/");
		}

	}

}
