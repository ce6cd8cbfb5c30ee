/**
 * Wires the other packages into a Spring Boot application: properties and
 * auto-configurations.
 */
@NullMarked
package io.openclaw.tokenbucket.autoconfigure;

import org.jspecify.annotations.NullMarked;
