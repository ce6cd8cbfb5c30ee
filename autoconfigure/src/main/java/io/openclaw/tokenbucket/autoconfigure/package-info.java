/**
 * One auto-configuration per concern, and the properties.
 */
@NullMarked
package io.openclaw.tokenbucket.autoconfigure;

import org.jspecify.annotations.NullMarked;
