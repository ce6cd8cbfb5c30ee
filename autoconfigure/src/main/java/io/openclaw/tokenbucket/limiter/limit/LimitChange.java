package io.openclaw.tokenbucket.limiter.limit;

/**
 * A limit that changed on this member. Immutable.
 *
 * @param from what this member followed before
 * @param formerSource where that came from
 * @param to what it follows now
 * @param source where that came from
 */
public record LimitChange(LimitDefinition from, LimitSource formerSource, LimitDefinition to, LimitSource source) {

	/**
	 * The name of the limit.
	 * @return the name
	 */
	public String limit() {
		return this.to.limit().name();
	}

}
