<?php
/** Installs WordPress as the form in the browser would. Runs inside WordPress, called by shop.py. */
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
$said = wp_install( 'Magazinul de probă', 'admin', 'admin@shop.example', true, '', 'admin', 'en_US' );
update_option( 'permalink_structure', '/%postname%/' );
return $said['user_id'];
