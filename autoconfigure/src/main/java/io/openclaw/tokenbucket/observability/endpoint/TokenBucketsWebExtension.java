package io.openclaw.tokenbucket.observability.endpoint;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.util.MimeType;

import io.openclaw.tokenbucket.limiter.BucketStatus;
import io.openclaw.tokenbucket.limiter.LimitChange;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.LimitSource;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} with the writes of
 * {@link TokenBucketsEndpoint}. What is written reaches every member. There are none
 * without {@code management.endpoint.tokenbuckets.access=unrestricted}.
 */
@EndpointWebExtension(endpoint = TokenBucketsEndpoint.class)
public class TokenBucketsWebExtension {

	static final MimeType PROBLEM = new MimeType("application", "problem+json");

	private final TokenBucketsEndpoint endpoint;

	private final LimitControl control;

	private final WriteAudit audit;

	/**
	 * Creates the extension.
	 * @param endpoint shows what is written here
	 * @param control changes limits and buckets
	 * @param events is told who changed what
	 */
	public TokenBucketsWebExtension(TokenBucketsEndpoint endpoint, LimitControl control,
			ApplicationEventPublisher events) {
		this.endpoint = endpoint;
		this.control = control;
		this.audit = new WriteAudit(events);
	}

	/**
	 * Changes a limit. What was spent stays spent; what is there stays there, as far as
	 * there is room. A second write takes it back.
	 * @param context who writes
	 * @param limit the name of the limit
	 * @param capacity whole tokens
	 * @param refillRatePerSecond tokens per second, possibly a fraction
	 * @param refillTokens whole tokens in every period, instead of a rate per second
	 * @param refillPeriod the period, such as {@code 1m}
	 * @param mode {@code enforce} or {@code shadow}
	 * @return what changed; HTTP 404 if there is no such limit, 400 with a problem that
	 * names the field if a value cannot be used
	 */
	@WriteOperation
	public WebEndpointResponse<?> change(SecurityContext context, @Selector String limit, @Nullable String capacity,
			@Nullable String refillRatePerSecond, @Nullable String refillTokens, @Nullable String refillPeriod,
			@Nullable String mode) {
		if (!this.control.definitions().containsKey(limit)) {
			return notFound();
		}
		try {
			LimitEdit edit = LimitEdit.of(capacity, refillRatePerSecond, refillTokens, refillPeriod, mode);
			this.endpoint.fixedCostOf(limit).ifPresent(edit::requireRoomFor);
			return new WebEndpointResponse<>(change(context, limit, edit));
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
		Optional<BucketStatus> bucket = this.endpoint.find(limit, key);
		if (bucket.isEmpty()) {
			return notFound();
		}
		try {
			long asked = LimitEdit.microTokens("tokens", tokens);
			OptionalLong given = this.control.giveBack(limit, bucket.get().key(), asked);
			return given.isEmpty() ? notFound()
					: new WebEndpointResponse<>(gaveBack(context, bucket.get(), asked, given.getAsLong()));
		}
		catch (RejectedFieldException ex) {
			return rejected(ex);
		}
	}

	private LimitChangeView change(SecurityContext context, String limit, LimitEdit edit) {
		Optional<LimitChange> change = this.control.edit(limit, edit::apply, LimitSource.ENDPOINT);
		if (change.isEmpty()) {
			LimitDefinition current = this.control.definitions().get(limit);
			return LimitChangeView.unchanged(Objects.requireNonNull(current));
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

	private static WebEndpointResponse<?> notFound() {
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	private static WebEndpointResponse<?> rejected(RejectedFieldException ex) {
		return new WebEndpointResponse<>(ex.view(), WebEndpointResponse.STATUS_BAD_REQUEST, PROBLEM);
	}

}
