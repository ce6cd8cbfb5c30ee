package io.openclaw.tokenbucket.autoconfigure;

/**
 * Something that follows the configuration while the application runs.
 */
interface Refreshable {

	/**
	 * Checks what is configured now, and changes nothing yet.
	 * @param properties the properties, bound anew
	 * @param settings the same after they were checked
	 * @return makes the change; does not fail
	 * @throws io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException
	 * if there is a mistake
	 */
	Runnable prepare(OpenClawProperties properties, OpenClawSettings settings);

}
