<?php
/**
 * Requests to the Vitrine server.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks the server and reads its answers. An answer is an array, a failure a WP_Error whose message is a sentence to show as it is
 * and whose data is array( 'status' => HTTP status, 0 when there was no answer ).
 *
 * Options of a request: `timeout` in seconds (10), `page` => true while a visitor waits (0.8 s, and after three failures in a row nothing at
 * all: for a minute, then one visitor finds out, and each time it is twice as long, up to a quarter of an hour), `key` (the secret key of the settings; '' sends none), `server` (that of the settings), `headers`, `type` => 'text' for
 * answers that are no JSON: array( 'text' => ... ).
 */
final class Vitrine_Client {

	const PAGE_SECONDS  = 0.8;
	const WAIT_SECONDS  = 10;
	const FAILURES      = 'vitrine_failures';     // Option: array( failures in a row, until when nobody waits ).
	const MOST_FAILURES = 3;
	const PAUSE_SECONDS = 60;
	const LONGEST_PAUSE = 900;
	const BATCH_BYTES   = 1000000;
	const ANSWER_BYTES  = 4194304;

	/**
	 * GET.
	 *
	 * @param string $path    Begins with '/'.
	 * @param array  $query   name => value; lists are joined with commas.
	 * @param array  $options See above.
	 * @return array|WP_Error
	 */
	public static function get( $path, array $query = array(), array $options = array() ) {
		return self::ask( 'GET', $path . self::words( $query ), null, $options );
	}

	/**
	 * DELETE.
	 *
	 * @param string $path    Begins with '/'.
	 * @param array  $query   As of get().
	 * @param array  $options See above.
	 * @return array|WP_Error
	 */
	public static function delete( $path, array $query = array(), array $options = array() ) {
		return self::ask( 'DELETE', $path . self::words( $query ), null, $options );
	}

	/**
	 * A query; members that say nothing are left out.
	 *
	 * @param array $query name => value; lists are joined with commas.
	 * @return string '' or '?' and the rest.
	 */
	private static function words( array $query ) {
		$words = array();
		foreach ( $query as $name => $value ) {
			if ( null !== $value && '' !== $value && array() !== $value ) {
				$words[] = rawurlencode( $name ) . '=' . rawurlencode( is_array( $value ) ? implode( ',', $value ) : (string) $value );
			}
		}
		return $words ? '?' . implode( '&', $words ) : '';
	}

	/**
	 * POST of a JSON body.
	 *
	 * @param string       $path    Begins with '/'.
	 * @param array|object $body    What to send.
	 * @param array        $options See above.
	 * @return array|WP_Error
	 */
	public static function post( $path, $body, array $options = array() ) {
		$text = wp_json_encode( $body );
		if ( false === $text ) {
			return self::failure( __( 'This cannot be sent: it holds text that is not UTF-8.', 'vitrine' ), 0 );
		}
		return self::ask( 'POST', $path, $text, $options );
	}

	/**
	 * Sends messages of the queue, signed with the plugin's secret. 1 to 500 of them, at most 1 MB: what is larger fails with the code
	 * `vitrine_too_large` and is to be sent in halves.
	 *
	 * @param array $messages Each with id, kind, time_ms.
	 * @param array $options  See above.
	 * @return array|WP_Error accepted, repeated, rejected.
	 */
	public static function batch( array $messages, array $options = array() ) {
		$text = wp_json_encode( array( 'messages' => array_values( $messages ) ) );
		if ( false === $text ) {
			return self::failure( __( 'This cannot be sent: it holds text that is not UTF-8.', 'vitrine' ), 0 );
		}
		if ( strlen( $text ) > self::BATCH_BYTES ) {
			return new WP_Error( 'vitrine_too_large', __( 'Too much for one request.', 'vitrine' ), array( 'status' => 413 ) );
		}
		return self::ask(
			'POST',
			'/api/v1/plugin/batch',
			$text,
			array_merge(
				$options,
				array(
					'key'     => '',
					'headers' => self::signature( $text, time() ),
				)
			)
		);
	}

	/**
	 * What proves that a body comes from this shop: HMAC-SHA256 of "time.body" with the secret as its 64 hexadecimal digits.
	 *
	 * @param string $body Bytes to be sent.
	 * @param int    $time Seconds, UTC.
	 * @return array Headers.
	 */
	public static function signature( $body, $time ) {
		return array(
			'X-Vitrine-Store'     => (string) Vitrine_Options::get( 'store_id' ),
			'X-Vitrine-Time'      => (string) $time,
			'X-Vitrine-Signature' => hash_hmac( 'sha256', $time . '.' . $body, Vitrine_Options::get( 'plugin_secret' ) ),
		);
	}

	/**
	 * Whether a visitor may wait for the server. When a pause is over the first who asks goes alone: the others follow if he gets an answer.
	 *
	 * @return bool
	 */
	private static function may_wait() {
		list( $failures, $until ) = self::failures();
		if ( $failures < self::MOST_FAILURES ) {
			return true;
		}
		if ( time() < $until ) {
			return false;
		}
		self::note_failures( $failures, time() + self::PAUSE_SECONDS );
		return true;
	}

	/**
	 * How it went of late. The row is loaded with WordPress: reading costs no query.
	 *
	 * @return int[] failures in a row, until when nobody waits (second).
	 */
	private static function failures() {
		$row = get_option( self::FAILURES );
		return is_array( $row ) && 2 === count( $row ) ? array_map( 'intval', array_values( $row ) ) : array( 0, 0 );
	}

	/**
	 * Keeps it.
	 *
	 * @param int $failures In a row.
	 * @param int $until    Second.
	 */
	private static function note_failures( $failures, $until ) {
		update_option( self::FAILURES, array( $failures, $until ), true );
	}

	/**
	 * Another server, or this one anew: nothing has failed.
	 */
	public static function forget_failures() {
		self::note_failures( 0, 0 );
	}

	/**
	 * One request.
	 *
	 * @param string      $method  GET, POST or DELETE.
	 * @param string      $path    With its query.
	 * @param string|null $body    JSON.
	 * @param array       $options See above.
	 * @return array|WP_Error
	 */
	private static function ask( $method, $path, $body, array $options ) {
		$server  = isset( $options['server'] ) ? $options['server'] : Vitrine_Options::get( 'server' );
		$on_page = ! empty( $options['page'] );
		if ( '' === $server ) {
			return self::failure( __( 'The shop is not connected to a Vitrine server yet.', 'vitrine' ), 0 );
		}
		if ( $on_page && ! self::may_wait() ) {
			return self::failure( __( 'The Vitrine server failed several times in a row; it is asked again within a quarter of an hour.', 'vitrine' ), 0 );
		}
		$response = wp_remote_request( $server . $path, self::arguments( $method, $body, $options ) );
		$answer   = self::read( $response, $server, $options );
		if ( $on_page ) {
			self::count( $answer );
		}
		return $answer;
	}

	/**
	 * Arguments of wp_remote_request. Redirects are not followed: keys go to the server that was connected and to no other.
	 *
	 * @param string      $method  GET, POST or DELETE.
	 * @param string|null $body    JSON.
	 * @param array       $options See above.
	 * @return array
	 */
	private static function arguments( $method, $body, array $options ) {
		$key     = isset( $options['key'] ) ? $options['key'] : Vitrine_Options::get( 'secret_key' );
		$headers = isset( $options['headers'] ) ? $options['headers'] : array();
		if ( '' !== $key ) {
			$headers['Authorization'] = 'Bearer ' . $key;
		}
		if ( null !== $body ) {
			$headers['Content-Type'] = 'application/json';
		}
		$seconds = isset( $options['timeout'] ) ? $options['timeout'] : ( empty( $options['page'] ) ? self::WAIT_SECONDS : self::PAGE_SECONDS );
		return array(
			'method'              => $method,
			'timeout'             => (float) $seconds,
			'redirection'         => 0,
			'headers'             => $headers,
			'body'                => $body,
			'user-agent'          => 'Vitrine-WooCommerce/' . VITRINE_VERSION,
			'limit_response_size' => self::ANSWER_BYTES,
		);
	}

	/**
	 * Reads an answer.
	 *
	 * @param array|WP_Error $response Of wp_remote_request.
	 * @param string         $server   Who was asked.
	 * @param array          $options  See above.
	 * @return array|WP_Error
	 */
	private static function read( $response, $server, array $options ) {
		if ( is_wp_error( $response ) ) {
			/* translators: 1: address of the server, 2: what went wrong, in English. */
			return self::failure( sprintf( __( 'The Vitrine server at %1$s does not answer (%2$s). Is it running, and can this machine reach it?', 'vitrine' ), $server, $response->get_error_message() ), 0 );
		}
		$status = (int) wp_remote_retrieve_response_code( $response );
		$text   = wp_remote_retrieve_body( $response );
		if ( $status >= 200 && $status < 300 && isset( $options['type'] ) && 'text' === $options['type'] ) {
			return array( 'text' => $text );
		}
		$answer = json_decode( $text, true, 64 );
		if ( $status >= 200 && $status < 300 && ( is_array( $answer ) || '' === $text ) ) {
			return (array) $answer;
		}
		if ( isset( $answer['error']['message'] ) && is_string( $answer['error']['message'] ) ) {
			return self::failure( $answer['error']['message'], $status );
		}
		/* translators: 1: address, 2: HTTP status such as 404. */
		return self::failure( sprintf( __( 'What answers at %1$s is no Vitrine server (HTTP status %2$d). Check the address.', 'vitrine' ), $server, $status ), $status );
	}

	/**
	 * A failure. Its message stands in the page as text, so it is text.
	 *
	 * @param string $message Sentence.
	 * @param int    $status  HTTP status; 0: no answer.
	 * @return WP_Error
	 */
	private static function failure( $message, $status ) {
		return new WP_Error( 'vitrine', $message, array( 'status' => $status ) );
	}

	/**
	 * Counts failures in a row, while visitors wait: no answer, or a server in trouble. A refusal (4xx) is an answer.
	 *
	 * @param array|WP_Error $answer What came.
	 */
	private static function count( $answer ) {
		list( $failures ) = self::failures();
		$status           = is_wp_error( $answer ) ? (int) $answer->get_error_data()['status'] : 200;
		if ( 0 === $status || $status >= 500 ) {
			++$failures;
			$more  = max( 0, $failures - self::MOST_FAILURES );
			$pause = min( self::LONGEST_PAUSE, self::PAUSE_SECONDS * pow( 2, min( 10, $more ) ) );
			self::note_failures( $failures, $failures < self::MOST_FAILURES ? 0 : time() + $pause );
		} elseif ( $failures ) {
			self::forget_failures();
		}
	}
}
