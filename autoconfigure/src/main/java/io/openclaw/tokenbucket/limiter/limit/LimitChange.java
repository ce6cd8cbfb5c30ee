package io.openclaw.tokenbucket.limiter.limit;

/**
 * A limit that changed on this member. Immutable.
 *
 * @param from the definition that this member followed before
 * @param formerSource the source of that definition
 * @param to the definition that it follows now
 * @param source the source of that definition
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
