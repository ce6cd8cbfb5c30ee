package io.openclaw.tokenbucket.gateway;

/**
 * What a request costs that reserved tokens and failed before anybody knew what it used.
 */
public enum ErrorSettlement {

	/** What it reserved. */
	KEEP,

	/** Nothing. */
	REFUND

}
