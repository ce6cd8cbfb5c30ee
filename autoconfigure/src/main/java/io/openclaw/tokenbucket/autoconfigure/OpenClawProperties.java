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

import io.openclaw.tokenbucket.gateway.ErrorSettlement;
import io.openclaw.tokenbucket.gateway.MissingKeyPolicy;
import io.openclaw.tokenbucket.gateway.Scope;
import io.openclaw.tokenbucket.gateway.address.ForwardingHeader;
import io.openclaw.tokenbucket.gateway.answer.HeaderStyle;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;

/**
 * The properties of users. Immutable. A property under {@code openclaw} that is not
 * listed here fails start-up. So a misspelt name is not ignored silently.
 *
 * @param revision Revision of the limits. If gateways have different definitions, the
 * highest revision wins.
 * @param node This gateway.
 * @param buckets Limits by name. Routes name them in TokenBucket filters.
 * @param plans Plans of callers that no override lists.
 * @param crdt How gateways share what they spend.
 * @param fallback What a gateway does while others spend more than the rules allow.
 * @param circuitBreaker When requests are answered early since the upstream of their
 * route is slow.
 * @param manifest The JSON manifest that was imported, if any.
 * @param headers Response headers that tell callers of their limits.
 * @param proxies Proxies that the gateway believes when they name the address of a
 * caller.
 * @param console The live page for operators.
 * @param rejectionLog Log lines about rejected requests.
 * @param audit File of all consumed tokens.
 * @param recording File of the messages, decisions and members that this gateway saw.
 * @param hashKeys Whether ids replace users, addresses and other keys everywhere outside
 * of the request. Ids always replace API keys.
 * @param keySecret Secrets that turn API keys and hashed keys into ids. The first makes
 * ids. Overrides may also list ids under the others. Defaults to openclaw.crdt.secret.
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
	 * @param id Name of this gateway in the fleet. No other gateway may have it at the
	 * same time. Defaults to the host name and server.port.
	 * @param region Region in which this gateway runs, for metrics and endpoints.
	 */
	public record Node(@Nullable String id, @Nullable String region) {
	}

	/**
	 * A limit.
	 *
	 * @param capacity Most tokens that a bucket holds, and so the largest burst.
	 * @param refill Whether tokens flow in at the configured rate, or at the part of it
	 * that the upstream of the routes bears; advise only shows that part.
	 * @param refillRatePerSecond Tokens that flow into a bucket every second, possibly a
	 * fraction. Excludes refill-tokens and refill-period.
	 * @param refillTokens Tokens that flow into a bucket, evenly, in every refill-period.
	 * @param refillPeriod Period in which refill-tokens flow into a bucket.
	 * @param refillFloor Least part of the configured rate to which refill adapts.
	 * @param initialTokens Tokens of a bucket when the limit is activated. Defaults to
	 * the capacity.
	 * @param key Whose bucket a request draws on: api-key, api-key:&lt;header&gt;,
	 * api-key:?&lt;query parameter&gt;, user, ip, header:&lt;name&gt;, global or the name
	 * of a KeyResolver bean.
	 * @param cost Tokens that a request costs; payload-size:&lt;size&gt; for one token
	 * for each started unit of its body; reserve:&lt;tokens&gt; or post-paid where settle
	 * says the cost afterwards; or the name of a RequestCost bean.
	 * @param settle What a request has cost once it is answered: header:&lt;name&gt;,
	 * json:&lt;pointer&gt;, response-size:&lt;size&gt;, duration:&lt;time&gt; or the name
	 * of a ResponseCost bean. Without it, the cost is final.
	 * @param settleOnError What a request costs that failed or was cancelled before
	 * anybody knew: what it reserved, or nothing. Defaults to keep.
	 * @param overdraft Tokens that a request may cost beyond what it reserved. Defaults
	 * to as many again, with post-paid to the capacity.
	 * @param scope Whether the routes that name the limit share its buckets, or each has
	 * buckets of its own.
	 * @param consistency What happens to a request for which the bucket has tokens, but
	 * this gateway may not spend them before others have acknowledged what it spent last.
	 * @param mode Whether the limit rejects requests. In shadow mode it decides, counts
	 * and logs, but rejects nothing.
	 * @param onMissingKey What happens to a request without a key.
	 * @param plan How to find the plan of a caller that no override lists:
	 * header:&lt;name&gt;, claim:&lt;name&gt;, authority:&lt;prefix&gt; or the name of a
	 * PlanResolver bean. Nobody else has one by default.
	 * @param overrides Other quotas for some callers, by a name of your choice.
	 * @param revision Revision of this limit: the highest in the fleet wins at once.
	 * Defaults to openclaw.revision.
	 */
	@ConfigurationPropertiesSource
	public record Bucket(@Nullable Long capacity, @DefaultValue("fixed") RefillMode refill,
			@Nullable BigDecimal refillRatePerSecond, @Nullable Long refillTokens, @Nullable Duration refillPeriod,
			@DefaultValue("0.1") BigDecimal refillFloor, @Nullable Long initialTokens,
			@DefaultValue("api-key") String key, @DefaultValue("1") String cost, @Nullable String settle,
			@Nullable ErrorSettlement settleOnError, @Nullable Long overdraft, @DefaultValue("shared") Scope scope,
			@DefaultValue("bounded") Consistency consistency, @DefaultValue("enforce") Mode mode,
			@DefaultValue("reject") MissingKeyPolicy onMissingKey, @Nullable String plan,
			@DefaultValue Map<String, Plan> overrides, @Nullable Long revision) {
	}

	/**
	 * Plans of callers that no override lists.
	 *
	 * @param file YAML file that lists the keys of plans, by limit and plan. It is
	 * followed: what changes in it counts while requests run.
	 * @param checkInterval How often the file is looked into.
	 * @param timeout How long a request waits for a PlanResolver.
	 * @param timeToLive After which a PlanResolver is asked anew for a caller.
	 * @param hold How much longer a plan counts while the PlanResolver fails.
	 * @param maxKeys Callers whose plans are held; the plans of others are asked for
	 * again.
	 * @param onFailure Plan of callers of whom nothing is known since the PlanResolver
	 * fails. Defaults to none, which is the quota of the limit itself.
	 */
	public record Plans(@Nullable Path file, @DefaultValue("10s") Duration checkInterval,
			@DefaultValue("500ms") Duration timeout, @DefaultValue("1m") Duration timeToLive,
			@DefaultValue("1h") Duration hold, @DefaultValue("100000") int maxKeys, @Nullable String onFailure) {
	}

	/**
	 * Another quota for some callers of a limit. What it leaves out is that of the limit.
	 *
	 * @param keys Keys to which this quota applies, as the endpoint tokenbuckets shows
	 * them: API keys by their id.
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
	 * Circuits that answer requests early while the upstream of a route is slow.
	 *
	 * @param enabled Whether routes with a latency-threshold have a circuit.
	 * @param latencyThreshold Time after which an answer that has not begun is slow, on
	 * all routes with a TokenBucket filter. If it is not set, only the routes under
	 * routes have a circuit.
	 * @param routes Circuits of single routes, by the id of the route.
	 */
	public record CircuitBreaker(@DefaultValue("true") boolean enabled, @Nullable Duration latencyThreshold,
			@DefaultValue Map<String, RouteCircuit> routes) {
	}

	/**
	 * The circuit of one route.
	 *
	 * @param enabled Whether the route has a circuit.
	 * @param latencyThreshold Time after which an answer that has not begun is slow.
	 * Defaults to that of all routes.
	 */
	@ConfigurationPropertiesSource
	public record RouteCircuit(@DefaultValue("true") boolean enabled, @Nullable Duration latencyThreshold) {
	}

	/**
	 * The JSON manifest that was imported, if any.
	 *
	 * @param version Version of the manifest. The manifest itself sets it. A whole number
	 * is also the revision of its limits.
	 */
	public record Manifest(@Nullable String version) {
	}

	/**
	 * Fallback of limits while others spend more than the rules allow.
	 *
	 * @param driftThreshold Drift above which a limit falls back. Drift is the spending
	 * beyond the rules in about a second, as a part of the capacity.
	 * @param hold Time that drift must stay above the threshold before a limit falls
	 * back. For a recovery, drift must stay below half of the threshold as long.
	 * @param quota Part of a limit that a gateway may spend in fallback: fair-share,
	 * which is the limit divided by the number of gateways, or a smaller fraction.
	 */
	public record Fallback(@DefaultValue("0.05") BigDecimal driftThreshold, @DefaultValue("5s") Duration hold,
			@DefaultValue("fair-share") String quota) {
	}

	/**
	 * Replication between gateways.
	 *
	 * @param enabled Whether this gateway shares its budgets. If false, it limits alone,
	 * even if a Redis is configured, and ignores required and buses.
	 * @param namespace Prefix of every channel and key in Redis. Gateways share budgets
	 * within a namespace only.
	 * @param replicationFactor Number of gateways to assume before this one has heard any
	 * other.
	 * @param syncInterval Time after which gateways exchange their spending, or sooner
	 * while they spend much.
	 * @param creditWait Time that a request may wait for an acknowledgement of other
	 * gateways.
	 * @param memberTimeout Time after which the others remove a silent gateway.
	 * @param maxKeys Most buckets held in memory, if they fit into half of the heap.
	 * Further keys of a limit share one bucket.
	 * @param secret Secrets that all gateways share. The first signs messages between
	 * gateways, all verify. Without a secret, everybody who can publish in the Redis can
	 * spend and refill every bucket.
	 * @param unsigned What happens to messages without a signature if a secret is set.
	 * Accept them only while you restart gateways one by one to begin to sign.
	 * @param buses Further Redis servers for replication besides spring.data.redis. Each
	 * is independent of the others.
	 * @param required Whether this gateway must share its budgets. If true, it does not
	 * start without a configured Redis.
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
	 * @param sslBundle SSL bundle that encrypts the connection.
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
	 * Proxies that the gateway believes when they name the address of a caller.
	 *
	 * @param trusted Addresses of proxies whose forwarding header the gateway believes,
	 * such as 10.0.0.0/8. None by default.
	 * @param hops Number of proxies in front of this gateway to believe, whatever their
	 * addresses are. Use it only if callers cannot go around these proxies.
	 * @param header Header that the proxies write. The gateway does not read the other
	 * one, since callers can write it.
	 */
	public record Proxies(@DefaultValue List<String> trusted, @DefaultValue("0") int hops,
			@DefaultValue("x-forwarded-for") ForwardingHeader header) {
	}

	/**
	 * The live page for operators, at the path console below the endpoints.
	 *
	 * @param enabled Whether the gateway serves the page.
	 * @param gateways Pages of the gateways of the fleet, as a browser reaches them, such
	 * as https://eu.example.com/actuator/console. The page shows all of them. Each
	 * gateway lets the pages of the others read its stream.
	 * @param extension Path of a JavaScript module on the same server that adds to the
	 * page.
	 */
	public record Console(@DefaultValue("false") boolean enabled, @DefaultValue List<URI> gateways,
			@Nullable String extension) {
	}

	/**
	 * Log lines about rejected requests, as key-value pairs.
	 *
	 * @param linesPerMinute Most lines a minute. None by default.
	 * @param probability Part of the rejections to log, from 0 to 1.
	 */
	public record RejectionLog(@DefaultValue("0") int linesPerMinute, @DefaultValue("1") double probability) {
	}

	/**
	 * A file of JSON Lines.
	 *
	 * @param file Path of the file. Nothing is written without it. No two gateways may
	 * write the same file.
	 * @param maxFileSize Size at which the file is renamed and a new one begins.
	 * @param maxFiles Number of files to keep, with the current one.
	 * @param queueCapacity Most lines that wait to be written. Further ones are dropped
	 * and counted.
	 */
	public record LinesFile(@Nullable Path file, @DefaultValue("100MB") DataSize maxFileSize,
			@DefaultValue("10") int maxFiles, @DefaultValue("100000") int queueCapacity) {
	}

}
