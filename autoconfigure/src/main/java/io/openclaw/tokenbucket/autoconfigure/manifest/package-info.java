/**
 * Limits from a JSON file through {@code spring.config.import: openclaw:<location>}.
 */
@NullMarked
package io.openclaw.tokenbucket.autoconfigure.manifest;

import org.jspecify.annotations.NullMarked;
