package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import io.openclaw.tokenbucket.gateway.MissingKeyPolicy;
import io.openclaw.tokenbucket.gateway.Scope;
import io.openclaw.tokenbucket.gateway.address.ForwardingHeader;
import io.openclaw.tokenbucket.gateway.answer.HeaderStyle;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;

/**
 * What users configure. Immutable. A property under {@code openclaw} that is not listed
 * here fails start-up, so that a misspelt limit does not silently become another one.
 *
 * @param revision Revision of the limits; of several definitions in a fleet the highest
 * revision wins.
 * @param node This gateway.
 * @param buckets Limits by name. Routes name them in TokenBucket filters.
 * @param plans Plans of callers that no override lists.
 * @param crdt How gateways share what they spend.
 * @param fallback What a gateway does while others spend more than the rules allow.
 * @param circuitBreaker When requests are answered early since the upstream of their
 * route is slow.
 * @param manifest The JSON manifest that was imported, if any.
 * @param headers Response headers that tell callers of their limits.
 * @param proxies Whose word is taken for the address that a request comes from.
 * @param console The live page for operators.
 * @param rejectionLog Lines of the log about requests that were rejected.
 * @param audit File of everything that was consumed.
 * @param recording File of what this gateway saw: messages, decisions, members.
 * @param hashKeys Whether users, addresses and other keys are represented by an id
 * wherever they are seen outside of the request. API keys always are.
 * @param keySecret Secrets under which API keys and hashed keys become ids. The first
 * makes ids; keys that overrides list are also found by their ids under the others.
 * Defaults to openclaw.crdt.secret.
 */
@ConfigurationProperties(prefix = "openclaw", ignoreUnknownFields = false)
public record OpenClawProperties(@DefaultValue("0") long revision, @DefaultValue Node node,
		@DefaultValue Map<String, Bucket> buckets, @DefaultValue Plans plans, @DefaultValue Crdt crdt,
		@DefaultValue Fallback fallback, @DefaultValue CircuitBreaker circuitBreaker, @DefaultValue Manifest manifest,
		@DefaultValue("standard") HeaderStyle headers, @DefaultValue Proxies proxies, @DefaultValue Console console,
		@DefaultValue RejectionLog rejectionLog, @DefaultValue LinesFile audit, @DefaultValue LinesFile recording,
		@DefaultValue("false") boolean hashKeys, @DefaultValue List<String> keySecret) {

	// Without the secrets.
	@Override
	public String toString() {
		return "OpenClawProperties[revision=%d, node=%s, buckets=%s, crdt=%s]".formatted(this.revision, this.node,
				this.buckets, this.crdt);
	}

	/**
	 * This gateway.
	 *
	 * @param id Name of this gateway in the fleet; no other may bear it at the same time.
	 * Defaults to the host name and server.port.
	 * @param region Region in which this gateway runs, for metrics and endpoints.
	 */
	public record Node(@Nullable String id, @Nullable String region) {
	}

	/**
	 * A limit.
	 *
	 * @param capacity Most tokens that a bucket holds, and so the largest burst.
	 * @param refillRatePerSecond Tokens that flow into a bucket every second, possibly a
	 * fraction. Excludes refill-tokens and refill-period.
	 * @param refillTokens Tokens that flow into a bucket, evenly, in every refill-period.
	 * @param refillPeriod Period in which refill-tokens flow into a bucket.
	 * @param initialTokens Tokens of a bucket when the limit is activated. Defaults to
	 * the capacity.
	 * @param key Whose bucket a request draws on: api-key, api-key:&lt;header&gt;,
	 * api-key:?&lt;query parameter&gt;, user, ip, header:&lt;name&gt;, global or the name
	 * of a KeyResolver bean.
	 * @param cost Tokens that a request costs; payload-size:&lt;size&gt; for one token
	 * for each started unit of its body; or the name of a RequestCost bean.
	 * @param scope Whether the routes that name the limit share its buckets, or each has
	 * buckets of its own.
	 * @param consistency What happens to a request for which the bucket has tokens, but
	 * this gateway may not spend them before others have acknowledged what it spent last.
	 * @param mode Whether the limit rejects requests. In shadow mode it decides, counts
	 * and logs, but rejects nothing.
	 * @param onMissingKey What happens to a request without a key.
	 * @param plan Which of the overrides a caller has that none of them lists:
	 * header:&lt;name&gt;, claim:&lt;name&gt;, authority:&lt;prefix&gt; or the name of a
	 * PlanResolver bean. Nobody else has one by default.
	 * @param overrides Other quotas for some callers, by a name of your choice.
	 * @param revision Revision of this limit: the highest in the fleet wins at once.
	 * Defaults to openclaw.revision.
	 */
	@ConfigurationPropertiesSource
	public record Bucket(@Nullable Long capacity, @Nullable BigDecimal refillRatePerSecond, @Nullable Long refillTokens,
			@Nullable Duration refillPeriod, @Nullable Long initialTokens, @DefaultValue("api-key") String key,
			@DefaultValue("1") String cost, @DefaultValue("shared") Scope scope,
			@DefaultValue("bounded") Consistency consistency, @DefaultValue("enforce") Mode mode,
			@DefaultValue("reject") MissingKeyPolicy onMissingKey, @Nullable String plan,
			@DefaultValue Map<String, Plan> overrides, @Nullable Long revision) {
	}

	/**
	 * Plans of callers that no override lists.
	 *
	 * @param timeout How long a request waits for a PlanResolver.
	 * @param timeToLive After which a PlanResolver is asked anew for a caller.
	 * @param hold How much longer a plan counts while the PlanResolver fails.
	 * @param maxKeys Callers whose plans are held; the plans of others are asked for
	 * again.
	 * @param onFailure Plan of callers of whom nothing is known since the PlanResolver
	 * fails. Defaults to none, which is the quota of the limit itself.
	 */
	public record Plans(@DefaultValue("500ms") Duration timeout, @DefaultValue("1m") Duration timeToLive,
			@DefaultValue("1h") Duration hold, @DefaultValue("100000") int maxKeys, @Nullable String onFailure) {
	}

	/**
	 * Another quota for some callers of a limit. What it leaves out is that of the limit.
	 *
	 * @param keys Keys that have it, as the endpoint tokenbuckets shows them: API keys by
	 * their id.
	 * @param capacity Most tokens that a bucket holds.
	 * @param refillRatePerSecond Tokens that flow into a bucket every second, possibly a
	 * fraction. Excludes refill-tokens and refill-period.
	 * @param refillTokens Tokens that flow into a bucket, evenly, in every refill-period.
	 * @param refillPeriod Period in which refill-tokens flow into a bucket.
	 * @param initialTokens Tokens of a bucket when the limit is activated. Defaults to
	 * the capacity.
	 */
	@ConfigurationPropertiesSource
	public record Plan(@DefaultValue List<String> keys, @Nullable Long capacity,
			@Nullable BigDecimal refillRatePerSecond, @Nullable Long refillTokens, @Nullable Duration refillPeriod,
			@Nullable Long initialTokens) {
	}

	/**
	 * When requests are answered early since the upstream of their route is slow.
	 *
	 * @param enabled Whether routes for which a latency-threshold is set have a circuit.
	 * @param latencyThreshold Beyond which an answer that has not begun is slow, on all
	 * routes with a TokenBucket filter. Without one, only the routes under routes have a
	 * circuit.
	 * @param routes Circuits of single routes, by the id of the route.
	 */
	public record CircuitBreaker(@DefaultValue("true") boolean enabled, @Nullable Duration latencyThreshold,
			@DefaultValue Map<String, RouteCircuit> routes) {
	}

	/**
	 * The circuit of one route.
	 *
	 * @param enabled Whether the route has a circuit.
	 * @param latencyThreshold Beyond which an answer that has not begun is slow. Defaults
	 * to that of all routes.
	 */
	@ConfigurationPropertiesSource
	public record RouteCircuit(@DefaultValue("true") boolean enabled, @Nullable Duration latencyThreshold) {
	}

	/**
	 * The JSON manifest that was imported, if any.
	 *
	 * @param version Version of the manifest. Set by the manifest itself; a whole number
	 * is the revision as well.
	 */
	public record Manifest(@Nullable String version) {
	}

	/**
	 * What a gateway does while others spend more than the rules allow.
	 *
	 * @param driftThreshold Above which drift a limit falls back: what is spent beyond
	 * the rules in about a second, as a part of the capacity.
	 * @param hold How long drift must stay above the threshold before a limit falls back,
	 * and below half of it before the limit recovers.
	 * @param quota What a gateway may spend of a limit in fallback: fair-share, which is
	 * one part of as many as there are gateways, or a smaller fraction of the limit.
	 */
	public record Fallback(@DefaultValue("0.05") BigDecimal driftThreshold, @DefaultValue("5s") Duration hold,
			@DefaultValue("fair-share") String quota) {
	}

	/**
	 * How gateways share what they spend.
	 *
	 * @param enabled Whether this gateway shares its budgets. If not, it limits on its
	 * own, whatever Redis is named; required and buses have no effect then.
	 * @param namespace Prefix of every channel and key in Redis. Gateways share budgets
	 * within a namespace only.
	 * @param replicationFactor Gateways to reckon with before any other has been heard.
	 * @param syncInterval How often gateways exchange what they spent; sooner while much
	 * is spent.
	 * @param creditWait How long a request may wait for an acknowledgement of other
	 * gateways.
	 * @param memberTimeout After which a silent gateway is no longer reckoned with.
	 * @param maxKeys Buckets held in memory, as far as they fit into half of the heap;
	 * further keys of a limit share one.
	 * @param secret Secrets that all gateways share. The first signs what gateways tell
	 * each other; all verify. Without one, whoever can publish in the Redis can spend and
	 * refill every bucket.
	 * @param unsigned What happens to messages without a signature where a secret is set;
	 * accept them only while gateways are restarted one by one to begin to sign.
	 * @param buses Redis servers that carry replication besides spring.data.redis, each
	 * independent of the others.
	 * @param required Whether this gateway must share its budgets. If no Redis is named,
	 * it does not start then.
	 */
	public record Crdt(@DefaultValue("true") boolean enabled, @DefaultValue("default") String namespace,
			@DefaultValue("3") int replicationFactor, @DefaultValue("200ms") Duration syncInterval,
			@DefaultValue("25ms") Duration creditWait, @DefaultValue("30s") Duration memberTimeout,
			@DefaultValue("1000000") int maxKeys, @DefaultValue List<String> secret,
			@DefaultValue("reject") Unsigned unsigned, @DefaultValue List<Bus> buses,
			@DefaultValue("false") boolean required) {

		@Override
		public String toString() {
			return "Crdt[enabled=%s, namespace=%s, replicationFactor=%d, syncInterval=%s, creditWait=%s, memberTimeout=%s, maxKeys=%d, secret=%d, unsigned=%s, buses=%s, required=%s]"
				.formatted(this.enabled, this.namespace, this.replicationFactor, this.syncInterval, this.creditWait,
						this.memberTimeout, this.maxKeys, this.secret.size(), this.unsigned, this.buses, this.required);
		}

	}

	/**
	 * A Redis server, sentinel group or cluster that carries replication.
	 *
	 * @param name Name of the bus in endpoints and logs.
	 * @param url URL of a server, such as redis://redis-2:6379, rediss:// for TLS, or
	 * redis-sentinel://host:26379/0#master. Excludes nodes.
	 * @param nodes Nodes of a Redis Cluster, each host:port. Excludes url.
	 * @param username Login user name. Overrides that of the url.
	 * @param password Login password. Overrides that of the url.
	 * @param sslBundle SSL bundle under which the connection is encrypted.
	 */
	@ConfigurationPropertiesSource
	public record Bus(@Nullable String name, @Nullable String url, @DefaultValue List<String> nodes,
			@Nullable String username, @Nullable String password, @Nullable String sslBundle) {

		// A URL may contain a password.
		@Override
		public String toString() {
			return "Bus[name=%s]".formatted(this.name);
		}

	}

	/**
	 * Whose word is taken for the address that a request comes from.
	 *
	 * @param trusted Addresses of proxies, such as 10.0.0.0/8, whose forwarding header is
	 * believed. Nobody's by default.
	 * @param hops Proxies in front of this gateway that are believed whatever their
	 * addresses are. Only for gateways that nobody can reach but through them.
	 * @param header Header that the proxies write. The other one is not read, since
	 * callers can write it.
	 */
	public record Proxies(@DefaultValue List<String> trusted, @DefaultValue("0") int hops,
			@DefaultValue("x-forwarded-for") ForwardingHeader header) {
	}

	/**
	 * The live page for operators, at the path console below the endpoints.
	 *
	 * @param enabled Whether the page is there.
	 * @param gateways Pages of the gateways of the fleet, as a browser reaches them, such
	 * as https://eu.example.com/actuator/console. The page shows them together, and each
	 * lets the pages of the others read its stream.
	 * @param extension Path of a JavaScript module on the same server that adds to the
	 * page.
	 */
	public record Console(@DefaultValue("false") boolean enabled, @DefaultValue List<URI> gateways,
			@Nullable String extension) {
	}

	/**
	 * Lines of the log about requests that were rejected, as key-value pairs.
	 *
	 * @param linesPerMinute So many lines a minute at the most; none by default.
	 * @param probability Which part of the rejections is logged, from 0 to 1.
	 */
	public record RejectionLog(@DefaultValue("0") int linesPerMinute, @DefaultValue("1") double probability) {
	}

	/**
	 * A file of JSON Lines.
	 *
	 * @param file Path of the file; without one, nothing is written. No two gateways may
	 * write the same file.
	 * @param maxFileSize Size at which the file is put aside and a new one is begun.
	 * @param maxFiles Files that are kept, the current one included.
	 * @param queueCapacity Lines that may wait to be written; further ones are dropped
	 * and counted.
	 */
	public record LinesFile(@Nullable Path file, @DefaultValue("100MB") DataSize maxFileSize,
			@DefaultValue("10") int maxFiles, @DefaultValue("100000") int queueCapacity) {
	}

}
