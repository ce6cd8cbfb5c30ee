package io.openclaw.tokenbucket.gateway;

import java.util.List;

import org.springframework.cloud.gateway.filter.GatewayFilter;

/**
 * A filter that limits its route.
 */
interface LimitingFilter extends GatewayFilter {

	/**
	 * The names of the limits.
	 * @return at least one
	 */
	List<String> limits();

}
