package io.openclaw.tokenbucket.observability.endpoint;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.util.MimeType;

import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} with the writes of
 * {@link TokenBucketsEndpoint}. Every write reaches all members. There are none without
 * {@code management.endpoint.tokenbuckets.access=unrestricted}.
 */
@EndpointWebExtension(endpoint = TokenBucketsEndpoint.class)
public class TokenBucketsWebExtension {

	static final MimeType PROBLEM = new MimeType("application", "problem+json");

	private static final String EXPLAIN = "explain";

	private final TokenBucketsEndpoint endpoint;

	private final LimitControl control;

	private final BucketExplainer explainer;

	private final WriteAudit audit;

	/**
	 * Creates the extension.
	 * @param endpoint shows what is written here
	 * @param control changes limits and buckets
	 * @param explainer explains callers
	 * @param events is told who changed what
	 */
	public TokenBucketsWebExtension(TokenBucketsEndpoint endpoint, LimitControl control, BucketExplainer explainer,
			ApplicationEventPublisher events) {
		this.endpoint = endpoint;
		this.control = control;
		this.explainer = explainer;
		this.audit = new WriteAudit(events);
	}

	/**
	 * One limit, with more of its busiest keys; or, in place of the name
	 * {@value #EXPLAIN} and with a key, what becomes of the requests of a caller.
	 * @param limit its name
	 * @param key whom to explain, as it sends it, as other views show it, or its id
	 * @return the view; HTTP 404 with a problem if there is no such limit
	 */
	@ReadOperation
	public WebEndpointResponse<?> limit(@Selector String limit, @Nullable String key) {
		if (key != null && limit.equals(EXPLAIN)) {
			return new WebEndpointResponse<>(this.explainer.explain(key));
		}
		LimitView view = this.endpoint.limit(limit);
		return (view != null) ? new WebEndpointResponse<>(view) : noLimit(limit);
	}

	/**
	 * One bucket with the entries of every member.
	 * @param limit the name of the limit
	 * @param key the key as the other views show it, or as the caller sent it
	 * @return the view; HTTP 404 with a problem if there is no such limit or this member
	 * holds no such bucket
	 */
	@ReadOperation
	public WebEndpointResponse<?> bucket(@Selector String limit, @Selector String key) {
		BucketView view = this.endpoint.bucket(limit, key);
		if (view != null) {
			return new WebEndpointResponse<>(view);
		}
		return this.control.definitions().containsKey(limit) ? noBucket(limit) : noLimit(limit);
	}

	/**
	 * Changes a limit. What was spent stays spent; what is there stays there, as far as
	 * there is room. A second write takes it back.
	 * @param context who writes
	 * @param limit the name of the limit
	 * @param capacity whole tokens, not fewer than the limit's fixed {@code cost}
	 * @param initialTokens whole tokens that new buckets begin with, at most the
	 * capacity. Where it is left out and buckets begin full, it goes with the capacity
	 * @param refillRatePerSecond tokens per second, possibly a fraction
	 * @param refillTokens whole tokens in every period, instead of a rate per second
	 * @param refillPeriod the period of these, such as {@code 1m}
	 * @param consistency {@code strict}, {@code bounded} or {@code eventual}
	 * @param mode {@code enforce} or {@code shadow}
	 * @param follow {@code configuration}, and nothing else, to end all such changes: the
	 * fleet follows what this member is configured with
	 * @param addKey a key, and nothing else, that is put under a plan
	 * @param removeKey a key, and nothing else, that is taken from a plan
	 * @return what changed; HTTP 404 if there is no such limit, 400 with a problem that
	 * names the field if a value cannot be used
	 */
	@WriteOperation
	public WebEndpointResponse<?> change(SecurityContext context, @Selector String limit, @Nullable String capacity,
			@Nullable String initialTokens, @Nullable String refillRatePerSecond, @Nullable String refillTokens,
			@Nullable String refillPeriod, @Nullable String consistency, @Nullable String mode, @Nullable String follow,
			@Nullable String addKey, @Nullable String removeKey) {
		LimitDefinition current = this.control.definitions().get(limit);
		if (current == null) {
			return noLimit(limit);
		}
		try {
			if (addKey != null || removeKey != null) {
				return new WebEndpointResponse<>(changeKey(context,
						this.endpoint.planKeys(this.control)
							.read(limit, addKey, removeKey, Stream.of(capacity, initialTokens, refillRatePerSecond,
									refillTokens, refillPeriod, consistency, mode, follow))));
			}
			if (follow != null) {
				LimitEdit.requireReset(follow, Stream.of(capacity, initialTokens, refillRatePerSecond, refillTokens,
						refillPeriod, consistency, mode));
				return new WebEndpointResponse<>(changed(context, limit, this.control.followConfiguration(limit)));
			}
			LimitEdit edit = LimitEdit.of(capacity, initialTokens, refillRatePerSecond, refillTokens, refillPeriod,
					consistency, mode);
			edit.requireRoomIn(current);
			this.endpoint.fixedCostOf(limit).ifPresent(edit::requireRoomFor);
			return new WebEndpointResponse<>(
					changed(context, limit, this.control.edit(limit, edit::apply, LimitSource.ENDPOINT)));
		}
		catch (RejectedFieldException ex) {
			return rejected(ex);
		}
	}

	/**
	 * Gives tokens back to one key: no more than were spent, and never above the
	 * capacity.
	 * @param context who writes
	 * @param limit the name of the limit
	 * @param key the key as the other views show it, or as the caller sent it
	 * @param tokens how many, possibly a fraction
	 * @return how many were given; HTTP 404 if this member holds no such bucket, since it
	 * is full or was never used, 400 with a problem if the tokens cannot be used
	 */
	@WriteOperation
	public WebEndpointResponse<?> giveBack(SecurityContext context, @Selector String limit, @Selector String key,
			@Nullable String tokens) {
		if (!this.control.definitions().containsKey(limit)) {
			return noLimit(limit);
		}
		Optional<BucketStatus> bucket = this.endpoint.find(limit, key);
		if (bucket.isEmpty()) {
			return noBucket(limit);
		}
		try {
			long asked = LimitEdit.microTokens("tokens", tokens);
			OptionalLong given = this.control.giveBack(bucket.get().limit().name(), bucket.get().key(), asked);
			return given.isEmpty() ? noBucket(limit)
					: new WebEndpointResponse<>(gaveBack(context, bucket.get(), asked, given.getAsLong()));
		}
		catch (RejectedFieldException ex) {
			return rejected(ex);
		}
	}

	private LimitChangeView changeKey(SecurityContext context, PlanKeys.Change change) {
		if (change.added()) {
			this.endpoint.planKeys(this.control)
				.othersWith(change)
				.forEach((other) -> changed(context, other, edit(other, change.key(), false)));
		}
		return changed(context, change.limit(), edit(change.limit(), change.key(), change.added()));
	}

	private Optional<LimitChange> edit(String limit, String key, boolean added) {
		return this.control.edit(limit, (current) -> current.with(key, added), LimitSource.ENDPOINT);
	}

	private LimitChangeView changed(SecurityContext context, String limit, Optional<LimitChange> change) {
		if (change.isEmpty()) {
			return LimitChangeView.unchanged(Objects.requireNonNull(this.control.definitions().get(limit)));
		}
		LimitChangeView view = LimitChangeView.of(change.get().from(), change.get().to());
		this.audit.changed(context, view);
		return view;
	}

	private GrantView gaveBack(SecurityContext context, BucketStatus bucket, long asked, long given) {
		String limit = bucket.limit().name();
		long level = this.endpoint.find(limit, bucket.key()).map(BucketStatus::level).orElse(bucket.level() + given);
		GrantView view = new GrantView(limit, VisibleText.of(bucket.key()), Display.tokens(asked),
				Display.tokens(given), Display.tokens(level));
		this.audit.gaveBack(context, view);
		return view;
	}

	private WebEndpointResponse<?> noLimit(String limit) {
		if (limit.equals(EXPLAIN)) {
			return ProblemView
				.notFound("explain needs the key of a caller: add ?key= and what the caller sends, or its id");
		}
		return ProblemView.notFound("there is no limit '%s'; there are %s".formatted(VisibleText.of(limit),
				String.join(", ", new TreeSet<>(this.control.definitions().keySet()))));
	}

	private static WebEndpointResponse<?> noBucket(String limit) {
		return ProblemView.notFound(
				"this gateway holds no bucket of '%s' for that key: it was never used here, or is ".formatted(limit)
						+ "full and was dropped, so that nothing is missing from it");
	}

	private static WebEndpointResponse<?> rejected(RejectedFieldException ex) {
		return new WebEndpointResponse<>(ex.view(), WebEndpointResponse.STATUS_BAD_REQUEST, PROBLEM);
	}

}
