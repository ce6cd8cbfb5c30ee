/**
 * What the body of a response says that the request has used, read as it passes.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.usage;

import org.jspecify.annotations.NullMarked;
